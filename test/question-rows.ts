import { NEIGHBOUR, OF_POOL, PERSON, READERS, type Seen } from './visible-readers.ts'

/** A question of a person and one of an employer with what was said of them, in two pools; question.test.ts tells how they come to be. */
export const QUESTION_ROWS = `
  create temporary table asking as
  select gen_random_uuid() as id, one.* from (values
    ('629900', 'PERSON', null, '${PERSON.insuredId}'::uuid),
    ('629900', 'EMPLOYER', '${READERS.employer.employer}', '${PERSON.insuredId}'::uuid),
    ('620100', 'PERSON', null, '${NEIGHBOUR.insuredId}'::uuid),
    ('620100', 'EMPLOYER', '91620100DEM000001P', '${NEIGHBOUR.insuredId}'::uuid)
  ) as one (pool, asker, employer, insured_id);
  insert into settlement.question (id, number, pool, asker, employer, insured_id, about, about_id, state, asked_by, asked_at,
    changed_at, clock_from, clock_days, due_on)
  select id, 'Q' || pool || asker, pool, asker, employer, insured_id, 'CONTRIBUTION', gen_random_uuid(), 'OPEN', 'x', now(), now(),
    now(), 7, '2999-01-01' from asking;
  insert into settlement.question_message (question_id, seq, kind, at, by, words, assignee)
  select id, 1, 'ASKED', now(), 'x', 'x', null from asking
  union all
  select id, 2, 'ASSIGNED', now(), 'x', null, 'staff:x:y' from asking;
  drop table asking`

const THEIRS = {
  person: `t.asker = 'PERSON' and t.insured_id = '${PERSON.insuredId}'`,
  employer: `t.asker = 'EMPLOYER' and t.employer = '${READERS.employer.employer}'`,
}
const ofQuestion = (condition: string) =>
  `exists (select from settlement.question q where q.id = t.question_id and ${condition.replaceAll('t.', 'q.')})`

/** Questions: whoever asked, the staff who answer; who has them is among the staff. */
export const VISIBLE_QUESTION: Readonly<Record<string, Seen>> = {
  'settlement.question': { institution: 'false', staff: OF_POOL, auditor: 'true', ...THEIRS },
  'settlement.question_message': {
    institution: 'false',
    staff: ofQuestion(OF_POOL),
    auditor: 'true',
    person: `t.kind <> 'ASSIGNED' and ${ofQuestion(THEIRS.person)}`,
    employer: `t.kind <> 'ASSIGNED' and ${ofQuestion(THEIRS.employer)}`,
  },
}
