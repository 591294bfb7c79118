/**
 * An A/B test: calls for one model are served by several, by shares. Who is asked for is the subject's
 * draw, made from its name alone: the same subject always gets the same variant, in every isolate.
 */
export interface Experiment {
  name: string;
  /** The public name callers ask for. */
  model: string;
  /** What keeps its variant. */
  subject: SubjectKind;
  variants: readonly Variant[];
}

export interface Variant {
  name: string;
  /** The public name of what serves it. */
  model: string;
  /** Of all variants together 100. */
  percent: number;
}

export const SUBJECT_KINDS = ["session", "end_user", "key"] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

/** Who asks. What is missing falls back to the next: a call without a session is its end user's. */
export interface Subject {
  session: string | null;
  end_user: string | null;
  key: string;
}

export function drawVariant(experiment: Experiment, subject: Subject): Variant | undefined {
  const kinds = SUBJECT_KINDS.slice(SUBJECT_KINDS.indexOf(experiment.subject));
  const id = kinds.map((kind) => subject[kind]).find((one) => one !== null) ?? subject.key;
  let point = share(`${experiment.name}\n${id}`) * 100;
  for (const variant of experiment.variants) {
    point -= variant.percent;
    if (point < 0) return variant;
  }
  // Shares may add up to a little less than a hundred; who has none still gets nobody.
  return experiment.variants.findLast((variant) => variant.percent > 0);
}

/** How a call's variant stands in its record and in every report by tag. */
export function variantTag(experiment: Experiment, variant: Variant): string {
  return `${experimentTag(experiment)}${variant.name}`;
}

/** What the tags of all its variants begin with. */
export function experimentTag({ name }: Experiment): string {
  return `experiment:${name}=`;
}

/** From 0 up to 1, spread evenly (FNV-1a, mixed at the end so that its upper bits are as good). */
function share(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
