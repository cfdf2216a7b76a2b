// Imports point one way. Each rule is tried with an import that breaks it in test/gates/layers.test.ts.
//
//   machines  ←  src  ←  react | testing | cli | …        machines  ←  adapters/<name>
//                src  ←  adapters/<name>/sdk           adapters/{webrtc ← kit}  ←  adapters/<name>

const error = (name, from, to) => ({ name, severity: 'error', from, to })

const emulator = '^adapters/[^/]+/emulator(\\.ts$|/)'
const sdk = '^adapters/[^/]+/sdk(\\.ts$|/)'
const bindings = 'react|vue|svelte'
const surroundings = `${bindings}|inspect|testing|cli`

module.exports = {
  forbidden: [
    error('no-circular', {}, { circular: true }),

    error(
      'machines-know-only-xstate',
      { path: '^machines/' },
      { pathNot: ['^machines/', 'node_modules/(xstate|rxjs)/'] }
    ),
    error(
      'machines-know-only-types-of-rxjs',
      { path: '^machines/' },
      { path: 'node_modules/rxjs/', dependencyTypesNot: ['type-only'] }
    ),

    error('src-knows-no-adapter', { path: '^src/', pathNot: '^src/cli/' }, { path: '^adapters/' }),
    error('cli-starts-emulators', { path: '^src/cli/' }, { path: '^adapters/', pathNot: emulator }),
    error(
      'the-engine-knows-nothing-around-it',
      { path: '^src/', pathNot: `^src/(${surroundings})/` },
      { path: `^src/(${surroundings})/` }
    ),
    error(
      'bindings-use-the-public-entry',
      { path: `^src/(${bindings})/` },
      { path: ['^src/', '^machines/', '^adapters/'], pathNot: ['^src/index\\.ts$', '^src/$1/'] }
    ),
    error(
      'each-framework-in-its-folder',
      { path: '^(src|machines|adapters)/', pathNot: `^src/(${bindings})/` },
      { path: 'node_modules/(react|react-dom|vue|svelte|@xstate/react)/' }
    ),

    error(
      'an-adapter-knows-machines-and-itself',
      { path: '^adapters/([^/]+)/', pathNot: [emulator, sdk] },
      {
        path: ['^src/', '^adapters/'],
        pathNot: ['^adapters/$1/', '^adapters/(webrtc|kit)/', '^adapters/sip/index\\.ts$']
      }
    ),
    error(
      'only-sip-is-built-upon',
      { path: '^adapters/([^/]+)/', pathNot: '^adapters/(yeastar|sipcentric)/' },
      { path: '^adapters/', pathNot: ['^adapters/$1/', '^adapters/(webrtc|kit)/'] }
    ),
    error('webrtc-knows-no-kit', { path: '^adapters/webrtc/' }, { path: '^adapters/kit/' }),
    error(
      'the-kit-has-one-door',
      { path: '^adapters/', pathNot: '^adapters/kit/' },
      { path: '^adapters/kit/', pathNot: '^adapters/kit/index\\.ts$' }
    ),
    error('sdk-uses-the-public-entry', { path: sdk }, { path: '^src/', pathNot: '^src/index\\.ts$' }),
    error('emulator-uses-only-testing', { path: emulator }, { path: '^src/', pathNot: '^src/testing/' }),
    error(
      'nobody-loads-an-emulator-unasked',
      { path: '^(src|machines|adapters)/', pathNot: ['^src/cli/', emulator] },
      { path: emulator }
    ),

    error(
      'node-only-where-node-is',
      { path: '^(src|machines|adapters)/', pathNot: ['^src/(cli|testing)/', emulator] },
      { dependencyTypes: ['core'] }
    ),
    error('ships-no-test-code', { path: '^(src|machines|adapters)/' }, { path: '^(test|examples)/' })
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'default'],
      extensions: ['.ts', '.tsx', '.js', '.json']
    }
  }
}
