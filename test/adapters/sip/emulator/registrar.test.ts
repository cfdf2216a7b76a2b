import { expect, test } from 'vitest'
import { digestResponse, parseCredentials } from '../../../../adapters/sip/emulator/digest.ts'
import { authorization, connectRaw, field, register, registered, request } from './raw-client.ts'
import { start } from './scene.ts'

const DEVICE = '<sip:a1@one.invalid;transport=ws>;+sip.instance="<urn:uuid:one>";reg-id=1;expires=120'

test('the digest is the one of RFC 2617 §3.5', () => {
  const credentials = {
    username: 'Mufasa',
    realm: 'testrealm@host.com',
    nonce: 'dcd98b7102dd2f0e8b11d0f600bfb0c093',
    uri: '/dir/index.html',
    qop: 'auth',
    nc: '00000001',
    cnonce: '0a4f113b'
  }

  expect(digestResponse(credentials, 'GET', 'Circle Of Life')).toBe('6629fae49393a05397450978507c4ef1')
})

test.each([
  'Basic YWxpY2U6cHc=',
  'Digest',
  'Digest username="alice"',
  'Digest username="alice", realm="r", nonce="n", uri="u", response="short"',
  `Digest username="alice", realm="r", nonce="n", uri="u", response="${'0'.repeat(32)}", qop=auth-int, nc=00000001, cnonce="c"`,
  `Digest username="alice", realm="r", nonce="n", uri="u", response="${'0'.repeat(32)}", qop=auth`,
  `Digest username="alice" realm="r", nonce="n", uri="u", response="${'0'.repeat(32)}"`
])('%s are no credentials', (text) => {
  expect(parseCredentials(text)).toBeNull()
})

test('a user with the right password is registered and gets a GRUU', async () => {
  const server = await start()
  const client = await connectRaw(server.url)

  const answer = await register(client, { contact: DEVICE })

  expect(answer).toMatch(/^SIP\/2\.0 200 OK\r\n/)
  expect(field(answer, 'Contact')).toBe(
    '<sip:a1@one.invalid;transport=ws>;expires=120;+sip.instance="<urn:uuid:one>";reg-id=1;pub-gruu="sip:alice@example.test;gr=urn:uuid:one"'
  )
  expect(field(answer, 'Require')).toBe('outbound')
  expect(server.contacts('alice')).toEqual(['sip:a1@one.invalid;transport=ws'])
  expect(server.clients).toEqual([{ user: 'alice', registered: true }])
})

test('a server without GRUUs gives none out', async () => {
  const server = await start({ gruu: false })

  const answer = await register(await connectRaw(server.url), { contact: DEVICE })

  expect(answer).toMatch(/^SIP\/2\.0 200/)
  expect(answer).not.toContain('gruu')
})

test('credentials without qop are taken as well', async () => {
  const server = await start()
  const client = await connectRaw(server.url)
  client.send(request({ method: 'REGISTER', headers: ['Contact: <sip:a@b.invalid>'] }))
  const nonce = /nonce="([^"]*)"/.exec(await client.next(/^SIP\/2\.0 401/))?.[1] ?? ''
  const plain = { username: 'alice', realm: 'example.test', nonce, uri: 'sip:example.test' }
  const proof = digestResponse(plain, 'REGISTER', 'pw-alice')

  client.send(
    request({
      method: 'REGISTER',
      cseq: 2,
      headers: [
        'Contact: <sip:a@b.invalid>',
        `Authorization: Digest username="alice", realm="example.test", nonce="${nonce}", uri="sip:example.test", response="${proof}"`
      ]
    })
  )

  expect(await client.next(/CSeq: 2/)).toMatch(/^SIP\/2\.0 200/)
})

test('a wrong password, an unknown user and a replayed count look alike but for staleness', async () => {
  const server = await start({ users: { alice: 'secret' } })
  const client = await connectRaw(server.url)

  const wrong = await register(client, { password: 'guess' })
  const unknown = await register(client, { user: 'nobody', password: 'secret' })

  const shape = (text: string) =>
    text.replace(/(nonce="|tag=|branch=z9hG4bK|Call-ID: )\w+/g, '$1x').replaceAll('nobody', 'alice')
  expect(wrong).toMatch(/^SIP\/2\.0 401/)
  expect(shape(unknown)).toBe(shape(wrong))
  expect(wrong).not.toContain('stale')
  expect(server.clients).toEqual([])
})

test('a nonce count that was used before is stale', async () => {
  const server = await start()
  const client = await connectRaw(server.url)
  client.send(request({ method: 'REGISTER' }))
  const challenge = field(await client.next(/^SIP\/2\.0 401/), 'WWW-Authenticate')
  const headers = [`Authorization: ${authorization(challenge, 'alice', 'pw-alice', 'REGISTER', 'sip:example.test')}`]

  client.send(request({ method: 'REGISTER', cseq: 2, headers }))
  client.send(request({ method: 'REGISTER', cseq: 3, headers }))

  expect(await client.next(/CSeq: 2/)).toMatch(/^SIP\/2\.0 200/)
  const replayed = await client.next(/CSeq: 3/)
  expect(replayed).toMatch(/^SIP\/2\.0 401/)
  expect(field(replayed, 'WWW-Authenticate')).toContain('stale=true')
})

test('an expired nonce is stale', async () => {
  const server = await start({ nonceExpires: 0 })

  const answer = await register(await connectRaw(server.url))

  expect(answer).toMatch(/^SIP\/2\.0 401/)
  expect(field(answer, 'WWW-Authenticate')).toContain('stale=true')
})

test('nobody registers for somebody else', async () => {
  const server = await start()

  const answer = await register(await connectRaw(server.url), { user: 'alice', to: 'bob' })

  expect(answer).toMatch(/^SIP\/2\.0 403 Not Your Address Of Record/)
  expect(server.contacts('bob')).toEqual([])
})

test('a user has several devices, and takes back one or all of them', async () => {
  const server = await start()
  const one = await registered(server.credentials('alice'), 'alice', { contact: '<sip:a@one.invalid>' })
  const two = await registered(server.credentials('alice'), 'alice', {
    contact: '<sip:a@two.invalid>, <sip:a@three.invalid>'
  })
  expect(server.contacts('alice')).toHaveLength(3)

  await register(two, { contact: '<sip:a@three.invalid>;expires=0' })
  expect(server.contacts('alice')).toEqual(['sip:a@one.invalid', 'sip:a@two.invalid'])

  const gone = await register(one, { contact: '*', headers: ['Expires: 0'] })
  expect(gone).toMatch(/^SIP\/2\.0 200/)
  expect(server.contacts('alice')).toEqual([])
  expect(server.clients).toEqual([
    { user: 'alice', registered: false },
    { user: 'alice', registered: false }
  ])
})

test('a wildcard without Expires: 0 takes nothing back', async () => {
  const server = await start()
  const client = await registered(server.credentials('alice'), 'alice')

  expect(await register(client, { contact: '*' })).toMatch(/^SIP\/2\.0 400 Wildcard/)
  expect(server.contacts('alice')).toHaveLength(1)
})

test('a registration shorter than the server likes is refused with what it likes', async () => {
  const server = await start({ minExpires: 60 })

  const answer = await register(await connectRaw(server.url), { contact: '<sip:a@b.invalid>;expires=10' })

  expect(answer).toMatch(/^SIP\/2\.0 423/)
  expect(field(answer, 'Min-Expires')).toBe('60')
})

test('a query changes nothing and lists the contacts', async () => {
  const server = await start()
  const client = await registered(server.credentials('alice'), 'alice', { contact: '<sip:a@one.invalid>;expires=90' })

  expect(field(await register(client, { contact: '' }), 'Contact')).toBe('<sip:a@one.invalid>;expires=90')
})

test('a device that registers anew over another connection replaces itself', async () => {
  const server = await start()
  const old = await registered(server.credentials('alice'), 'alice', { contact: DEVICE })

  await registered(server.credentials('alice'), 'alice', { contact: DEVICE.replace('a1@one', 'a2@two') })

  expect(server.contacts('alice')).toEqual(['sip:a2@two.invalid;transport=ws'])
  old.close()
})

test('an older REGISTER of the same device changes nothing', async () => {
  const server = await start()
  const client = await registered(server.credentials('alice'), 'alice', { callId: 'one', cseq: 5 })

  expect(await register(client, { callId: 'one', cseq: 3 })).toMatch(/^SIP\/2\.0 500 CSeq Out Of Order/)
})

test('a contact goes with its connection', async () => {
  const server = await start()
  const client = await registered(server.credentials('alice'), 'alice')
  const empty = new Promise<void>((resolve) => {
    server.clients$.subscribe((clients) => clients.length === 0 && resolve())
  })

  client.close()
  await empty

  expect(server.contacts('alice')).toEqual([])
})

test('a contact goes when its time is over', async () => {
  const server = await start()
  const client = await registered(server.credentials('alice'), 'alice', { contact: '<sip:a@one.invalid>;expires=1' })
  const unregistered = new Promise<void>((resolve) => {
    server.clients$.subscribe(([alice]) => alice?.registered === false && resolve())
  })

  await unregistered

  expect(server.contacts('alice')).toEqual([])
  client.close()
})

test('a fault answers the registrations of one user until it is taken back', async () => {
  const server = await start()
  server.fault('alice', { method: 'REGISTER', code: 503 })

  expect(await register(await connectRaw(server.url))).toMatch(/^SIP\/2\.0 503/)
  expect(await register(await connectRaw(server.url), { user: 'bob' })).toMatch(/^SIP\/2\.0 200/)

  server.fault('alice', null)
  expect(await register(await connectRaw(server.url))).toMatch(/^SIP\/2\.0 200/)
})
