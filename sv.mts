import { survey } from '/tmp/wt-video/test/machines/support/survey.ts'
import { callGround } from '/tmp/wt-video/test/machines/support/grounds.ts'
const t=process.cpuUsage(); const s=survey(callGround); const u=process.cpuUsage(t)
console.log(s.visits.length, s.moves.length, (u.user/1e6).toFixed(1)+'s cpu')
