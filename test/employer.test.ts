import { createHash } from 'node:crypto'
import { readPrefix } from '@yibao/drizzle/roles'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, declare, DEMO, EMPLOYER, employ, LIST, OWN_BASES, SHOW, upload, VOUCHERS } from './employer-gateway.ts'
import { change, EMPLOYEES, ENROLMENTS_OF, fresh } from './enrolment-gateway.ts'
import { openWorld, type Data, type World, type WorldPerson } from './world.ts'

// An employer enrols its people, declares a month and corrects it; nobody else's business is seen or changed.

let world: World
let staff: WorldPerson[]
beforeAll(async () => {
  world = await openWorld()
  staff = []
  for (let i = 0; i < 4; i += 1) staff.push(await world.addPerson({ enrolments: [] }))
  for (const one of staff.slice(0, 3)) await employ(world, EMPLOYER, one)
})
afterAll(() => world.close())

const CLERK = 'clerk-629900'
const at = (index: number): WorldPerson => staff[index] as WorldPerson
const line = (index: number, base: string, more: object = {}) => ({
  personNumber: at(index).personNumber,
  base,
  ...more,
})
const open = (month: string, more: object = {}) =>
  ask(world, EMPLOYER, 'openEmployerDeclaration', { pool: '629900', insuranceType: '310', month, ...more })
const employeesOf = async (who: string, variables: object = {}): Promise<Data> =>
  (await world.as(who, EMPLOYEES, { creditCode: DEMO, pool: '629900', ...variables })).employer

/** Raw SQL in the writer's role. */
async function asWriter(sql: string): Promise<unknown> {
  const client = await world.admin.connect()
  try {
    await client.query(`begin; set local role "${await readPrefix(client)}_insured_writer"`)
    return await client.query(sql)
  } finally {
    await client.query('rollback')
    client.release()
  }
}

describe('registered and employing', () => {
  test('the bureau registers an employer once, with a code that is right', async () => {
    const input = { creditCode: '91620000MA71B2C34L', name: '示范建筑公司' }
    const wrong = await change(world, CLERK, 'registerEmployer', {
      ...input,
      creditCode: '91620000MA71B2C340',
      empNo: '-',
    })
    expect(wrong.problems.map(({ path, code }: Data) => `${path} ${code}`)).toEqual([
      'creditCode CREDIT_CODE_CHECK',
      'empNo EMP_NO_FORM',
    ])
    const right = { ...input, creditCode: DEMO }
    expect(await change(world, CLERK, 'registerEmployer', right)).toMatchObject({ code: 'EMPLOYER_REGISTERED' })
    expect(await change(world, 'clerk-620100', 'registerEmployer', right)).toMatchObject({
      __typename: 'Employer',
      pool: '620100',
      empNo: expect.stringMatching(/^620100/),
    })
  })

  test('an employer sees those it employs, masked, with their enrolments at it alone, page by page', async () => {
    const other = {
      pool: '629900',
      insuranceType: '390',
      personType: '1501',
      beginOn: '2024-01-01',
      endOn: '2024-12-31',
    }
    await change(world, CLERK, 'enrol', { insuredId: at(0).insuredId, ...other })
    const first = await employeesOf(EMPLOYER, { name: '故事人物', first: 2 })
    expect(first.employees.edges).toHaveLength(2)
    expect(first.employees.edges[0].node.insured).toMatchObject({
      id: at(0).insuredId,
      identityMasked: expect.stringMatching(/^.\*{17}$/),
      enrolments: [{ employerCode: DEMO }],
    })
    const after = first.employees.pageInfo.endCursor
    const second = await employeesOf(EMPLOYER, { name: '故事人物', first: 2, after })
    expect(second.employees).toMatchObject({ edges: [{ node: {} }], pageInfo: { hasNextPage: false } })
    const number = { personNumber: at(1).personNumber, on: '2026-11-22' }
    expect((await employeesOf(EMPLOYER, number)).employees.edges).toHaveLength(1)
    expect((await employeesOf(EMPLOYER, { ...number, on: '2026-11-21' })).employees.edges).toHaveLength(0)
    expect((await employeesOf(EMPLOYER, { ...number, on: 'x' })).employees.problems).toMatchObject([{ path: 'on' }])
  })

  test('another employer, another bureau and a person see nothing of it', async () => {
    expect(await employeesOf('employer-620100')).toMatchObject({ code: 'NOT_FOUND' })
    expect(await employeesOf('clerk-620200')).toMatchObject({ code: 'NOT_FOUND' })
    const id = at(0).insuredId
    expect((await world.as('employer-620100', ENROLMENTS_OF, { id })).insured).toMatchObject({ code: 'NOT_FOUND' })
    expect((await world.as(EMPLOYER, ENROLMENTS_OF, { id })).insured).toMatchObject({ __typename: 'Insured' })
    const answer = await world.gql(
      await world.token(EMPLOYER),
      `{ insured(id: "${id}") {
      ... on Insured { registrations { id } } } }`,
    )
    expect(answer.errors?.[0]?.extensions.code).toBe('FORBIDDEN')
  })

  test.each<[string, object, string, string]>([
    ['for another employer', { employer: '91620100DEM0000022' }, 'employer', 'EMPLOYER_NOT_YOURS'],
    ['in a pool where it is not registered', { pool: '620200' }, 'employer', 'EMPLOYER_UNKNOWN'],
    ['a retired person', { personType: '1201' }, 'personType', 'NOT_IN_WORK'],
    ['under another name', { name: '别人' }, 'identityNumber', 'NOT_FOUND'],
    ['from a day that is none', { beginOn: '2026-02-30' }, 'beginOn', 'DATE_FORM'],
  ])('an employer cannot enrol %s', async (_what, more, path, code) => {
    expect((await employ(world, EMPLOYER, at(3), more)).problems).toMatchObject([{ path, code }])
  })

  test('an employer suspends and ends whom it employs, and cannot lift or set arrears', async () => {
    const person = await world.addPerson({ enrolments: [] })
    const { id } = await employ(world, EMPLOYER, person)
    const suspension = { enrolmentId: id, from: '2026-12-01', reason: 'ARREARS' }
    expect(await change(world, EMPLOYER, 'suspendEnrolment', suspension)).toMatchObject({ code: 'ARREARS_OF_BUREAU' })
    expect(await change(world, 'employer-620100', 'suspendEnrolment', suspension)).toMatchObject({ code: 'NOT_FOUND' })
    const left = { ...suspension, reason: 'LEFT_WORK' }
    expect(await change(world, EMPLOYER, 'suspendEnrolment', left)).toMatchObject({ standing: { state: 'PENDING' } })
    const end = `mutation { endEnrolment(requestId: "${fresh()}", enrolmentId: "${id}", endOn: "2026-11-25",
      reason: LEFT_WORK) { __typename ... on Enrolment { endOn } } }`
    expect((await world.as(EMPLOYER, end)).endEnrolment).toEqual({ __typename: 'Enrolment', endOn: '2026-11-25' })
  })
})

test('an employer that tries identity numbers is stopped until midnight', async () => {
  let last: Data = null
  for (let i = 0; i < 52 && last?.code !== 'TOO_MANY_UNKNOWN_PERSONS'; i += 1) {
    last = await employ(world, 'employer-620100', at(3), { pool: '620100', name: '猜一猜' })
  }
  expect(last).toMatchObject({ problems: [{ path: 'identityNumber', code: 'TOO_MANY_UNKNOWN_PERSONS' }] })
})

describe('declared', () => {
  let declared: Data

  test('good lines go in and bad ones come back with the reason; bases are moved to the limits of the pool', async () => {
    const draft = await open('2026-11')
    expect(draft).toMatchObject({ __typename: 'EmployerDeclaration', state: 'DRAFT', heads: null })
    expect(await open('2026-11')).toMatchObject({ code: 'DECLARATION_EXISTS' })
    const lines = [
      line(0, '8000.00'),
      line(1, '1000.00'),
      line(2, '99999.99'),
      line(3, '8000.00'),
      line(0, '7000.00'),
      { personNumber: 'NOBODY', base: '1.00' },
      line(1, 'x'),
    ]
    const answer = await upload(world, EMPLOYER, draft.id, lines)
    expect(answer).toMatchObject({ accepted: 3, clamped: 2, removed: 0 })
    expect(answer.rejected.map(({ index, problems: [one] }: Data) => `${index} ${one.path} ${one.code}`)).toEqual([
      '3 lines[3].personNumber NOT_EMPLOYED',
      '4 lines[4].personNumber TWICE',
      '5 lines[5].personNumber NOT_EMPLOYED',
      '6 lines[6].personNumber TWICE',
    ])
    expect(await upload(world, EMPLOYER, draft.id, [line(2, '0.00')])).toMatchObject({ rejected: [{ index: 0 }] })
    expect(await upload(world, EMPLOYER, draft.id, [line(2, '5000.00')])).toMatchObject({ accepted: 1, clamped: 0 })
    declared = await declare(world, EMPLOYER, draft.id, 'declare-once')
    expect(declared).toMatchObject({ state: 'DECLARED', heads: 3, baseTotal: '17083.00' })
    const bases = declared.lines.edges.map(({ node }: Data) => [node.enteredBase, node.base])
    expect(new Set(bases)).toEqual(
      new Set([
        ['8000.00', '8000.00'],
        ['1000.00', '4083.00'],
        ['5000.00', '5000.00'],
      ]),
    )
    expect(await declare(world, EMPLOYER, draft.id, 'declare-once')).toEqual(declared)
  })

  test('what is declared is never changed, not even by the program’s own role', async () => {
    expect(await declare(world, EMPLOYER, declared.id)).toMatchObject({ code: 'DECLARED_ALREADY' })
    expect(await upload(world, EMPLOYER, declared.id, [line(0, '1.00')])).toMatchObject({ code: 'DECLARED_ALREADY' })
    for (const sql of [
      'update insured.declaration_line set base = 1',
      'delete from insured.declaration_line',
      'delete from insured.declaration',
      'update insured.accounting_voucher set kind = kind',
      'delete from insured.accounting_voucher',
      'delete from insured.enrolment_event',
      'truncate insured.accounting_voucher',
    ]) {
      await expect(asWriter(sql)).rejects.toMatchObject({ code: '42501' })
    }
    expect(await asWriter(`update insured.declaration set heads = 0 where state = 'DECLARED'`)).toMatchObject({
      rowCount: 0,
    })
  })

  test('its voucher is found from the declaration, proves itself and is kept for thirty years', async () => {
    const [voucher] = declared.vouchers
    expect(voucher).toMatchObject({ kind: 'DECLARATION', entryId: declared.id, retainUntil: '2056-12-31' })
    expect(createHash('sha256').update(voucher.content).digest('hex')).toBe(voucher.sha256)
    expect(JSON.parse(voucher.content)).toMatchObject({ month: '2026-11', baseTotal: '1708300' })
    for (const who of [EMPLOYER, CLERK, 'auditor']) {
      const found = (await world.as(who, VOUCHERS, { entry: declared.id })).accountingVouchers
      expect(found.edges).toMatchObject([{ node: { id: voucher.id } }])
    }
    for (const who of ['employer-620100', 'clerk-620100', at(0).personNumber]) {
      const found = (await world.as(who, VOUCHERS, { number: voucher.number })).accountingVouchers
      expect(found.edges).toEqual([])
    }
  })

  test('a correction is linked, says what stood before and leaves the original as it was', async () => {
    const reason = '基数填报有误'
    const draft = await ask(world, EMPLOYER, 'correctEmployerDeclaration', { declarationId: declared.id, reason })
    expect(draft).toMatchObject({ state: 'DRAFT', corrects: { id: declared.id }, reason })
    expect(await upload(world, EMPLOYER, draft.id, [line(0, '8000.00')])).toMatchObject({
      rejected: [{ problems: [{ path: 'lines[0].base', code: 'NOTHING_CHANGED' }] }],
    })
    await upload(world, EMPLOYER, draft.id, [line(0, '9000.00'), line(1, '0.00')])
    const corrected = await declare(world, EMPLOYER, draft.id)
    const lines = corrected.lines.edges.map(({ node }: Data) => [node.insuredId, node.base, node.baseBefore])
    expect(new Set(lines)).toEqual(
      new Set([
        [at(0).insuredId, '9000.00', '8000.00'],
        [at(1).insuredId, '0.00', '4083.00'],
      ]),
    )
    expect(corrected.vouchers).toMatchObject([{ kind: 'CORRECTION' }])
    const again = await ask(world, CLERK, 'correctEmployerDeclaration', { declarationId: corrected.id, reason })
    expect(again.corrects.id).toBe(declared.id)
    await upload(world, CLERK, again.id, [line(0, '9500.00')])
    expect((await declare(world, CLERK, again.id)).lines.edges[0].node.baseBefore).toBe('9000.00')
    const original = (await world.as(EMPLOYER, SHOW, { id: declared.id })).employerDeclaration
    expect(original).toMatchObject({ heads: 3, baseTotal: '17083.00', corrections: [{ heads: 2 }, { heads: 1 }] })
    const own = (await world.as(at(0).personNumber, OWN_BASES)).me.declaredBases.edges
    expect(own.map(({ node }: Data) => [node.base, node.baseBefore])).toEqual([
      ['9500.00', '9000.00'],
      ['9000.00', '8000.00'],
      ['8000.00', null],
    ])
  })

  test('lists are paged, by month, and hold one’s own alone', async () => {
    const page = (await world.as(EMPLOYER, LIST, { month: '2026-11', first: 2 })).employerDeclarations
    expect(page).toMatchObject({ edges: [{}, {}], pageInfo: { hasNextPage: true } })
    const rest = (await world.as(EMPLOYER, LIST, { first: 2, after: page.pageInfo.endCursor })).employerDeclarations
    expect(rest.edges).toMatchObject([{ node: { id: declared.id } }])
    expect((await world.as('employer-620100', LIST)).employerDeclarations.edges).toEqual([])
    expect((await world.as(EMPLOYER, LIST, { after: 'x' })).employerDeclarations.problems).toMatchObject([
      { path: 'after' },
    ])
    expect((await world.as('employer-620100', SHOW, { id: declared.id })).employerDeclaration).toMatchObject({
      code: 'NOT_FOUND',
    })
  })

  test('texts no database keeps, or no encoding, are wrong wherever they can be given', async () => {
    const query = `query ($id: ID!, $t: String!, $pool: String!, $code: String!) {
      employer(creditCode: $code, pool: $pool) { ... on Employer {
        byName: employees(name: $t) { __typename } byNumber: employees(personNumber: $t) { __typename }
        byType: employees(insuranceType: $t) { __typename } after: employees(after: $t) { __typename } } }
      employerDeclaration(id: $id) { ... on EmployerDeclaration { lines(after: $t) { __typename } } }
      insured(id: "${at(0).insuredId}") { ... on Insured { declaredBases(after: $t) { __typename } } } }`
    for (const t of ['\u0000', 'a\u0000b', '\ud800', 'a\udc00b']) {
      const data = await world.as(EMPLOYER, query, { id: declared.id, t, pool: '629900', code: DEMO })
      expect(data.employer.after).toEqual({ __typename: 'InvalidInput' })
      expect(data.employerDeclaration.lines).toEqual({ __typename: 'InvalidInput' })
      expect(data.insured.declaredBases).toEqual({ __typename: 'InvalidInput' })
    }
  })

  test.each<[object, string, string]>([
    [{ month: '2026-13' }, 'month', 'MONTH_FORM'],
    [{ month: '2027-02' }, 'month', 'DATE_IN_FUTURE'],
    [{ month: '2020-02' }, 'month', 'DATE_IN_PAST'],
    [{ month: '2026-10', insuranceType: '999' }, 'insuranceType', 'INSURANCE_TYPE_UNKNOWN'],
    [{ month: '2026-10', pool: '620200' }, 'employer', 'EMPLOYER_UNKNOWN'],
    [{ month: '2026-10', employer: '91620100DEM0000022' }, 'employer', 'EMPLOYER_NOT_YOURS'],
    [{ month: '2026-10', pool: null }, 'pool', 'MISSING'],
  ])('no month is opened by %j', async (more, path, code) => {
    expect((await open('2026-10', more)).problems).toMatchObject([{ path, code }])
  })

  test('nothing is declared of nobody, and a draft of nobody else’s', async () => {
    const draft = await open('2026-12')
    expect(await declare(world, EMPLOYER, draft.id)).toMatchObject({ code: 'NO_LINES' })
    expect(await declare(world, 'employer-620100', draft.id)).toMatchObject({ code: 'NOT_FOUND' })
    expect(await declare(world, EMPLOYER, 'none')).toMatchObject({ code: 'NOT_FOUND' })
    expect(await upload(world, EMPLOYER, draft.id, [])).toMatchObject({ problems: [{ path: 'lines' }] })
    const correct = { declarationId: draft.id, reason: '更正' }
    expect(await ask(world, EMPLOYER, 'correctEmployerDeclaration', correct)).toMatchObject({ code: 'NOT_DECLARED' })
    expect(await ask(world, EMPLOYER, 'correctEmployerDeclaration', { ...correct, reason: '' })).toMatchObject({
      problems: [{ path: 'reason', code: 'LENGTH' }],
    })
  })

  test('two who declare one draft at the same moment declare it once', async () => {
    const { id } = (await world.as(EMPLOYER, LIST, { month: '2026-12' })).employerDeclarations.edges[0].node
    await upload(world, EMPLOYER, id, [line(0, '8000.00')])
    const answers = await Promise.all([declare(world, EMPLOYER, id), declare(world, CLERK, id)])
    expect(new Set(answers.map((one) => one.code ?? one.state))).toEqual(new Set(['DECLARED', 'DECLARED_ALREADY']))
  })
})
