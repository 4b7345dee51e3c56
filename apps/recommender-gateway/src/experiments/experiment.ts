import { parse } from 'yaml';
import { z } from 'zod';

/** One way of recommending that an experiment tries. What it leaves out is as the deployment has it. */
export interface Variant {
  readonly name: string;
  /** Its part of the visitors, relative to the shares of the others. Greater than 0. */
  readonly share: number;
  readonly modelWeight?: number | undefined;
  readonly popularityWeight?: number | undefined;
  readonly preferenceWeight?: number | undefined;
  /** Campaign that proposes items for a visitor, by its ARN. */
  readonly campaign?: string | undefined;
  /** Campaign that ranks lists for a visitor, by its ARN. */
  readonly rankingCampaign?: string | undefined;
}

/** A comparison of ways to recommend. */
export interface Experiment {
  readonly name: string;
  /** Another salt deals the visitors anew. */
  readonly salt: string;
  /** 2 to 16, names differ. */
  readonly variants: readonly Variant[];
}

/** Either an experiment, or everything that is wrong with its file, each as "path: rule". */
export type ParsedExperiment =
  | { readonly kind: 'experiment'; readonly experiment: Experiment }
  | { readonly kind: 'invalid'; readonly problems: readonly string[] };

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, 'must be lower case letters, digits, _ and -, at most 40, no _ or - first');
const weight = z.number().min(0).max(100);

/** Of the API model's pattern what tells a campaign from other resources. */
const campaignArn = z
  .string()
  .max(256)
  .regex(/^arn:[a-z\d-]+:personalize:.*:.*:campaign\/.+$/, 'must be the ARN of a campaign');

const variant = z
  .strictObject({
    name,
    share: z.number().positive().max(1_000_000),
    model_weight: weight.optional(),
    popularity_weight: weight.optional(),
    preference_weight: weight.optional(),
    campaign: campaignArn.optional(),
    ranking_campaign: campaignArn.optional(),
  })
  .refine(({ campaign, ranking_campaign: ranking }) => ranking === undefined || ranking !== campaign, {
    path: ['ranking_campaign'],
    message: 'must not be its campaign as well: a campaign either proposes items or ranks lists',
  });

const experimentFile = z.strictObject({
  name,
  salt: z.string().min(1).max(64).optional(),
  variants: z
    .array(variant)
    .min(2)
    .max(16)
    .refine((all) => new Set(all.map((one) => one.name)).size === all.length, 'names must differ'),
});

/** Reads an experiment's YAML: `name`, `salt` (default: the name) and `variants`, see {@link Variant}. */
export function parseExperiment(content: string): ParsedExperiment {
  const document = readYaml(content);
  if (document.kind === 'unreadable') return { kind: 'invalid', problems: [document.problem] };
  const result = experimentFile.safeParse(document.value);
  if (result.success) return { kind: 'experiment', experiment: toExperiment(result.data) };
  const problems = result.error.issues.map(({ path, message }) => {
    return `${path.length === 0 ? 'experiment' : path.map(String).join('.')}: ${message}`;
  });
  return { kind: 'invalid', problems };
}

type ReadYaml =
  { readonly kind: 'document'; readonly value: unknown } | { readonly kind: 'unreadable'; readonly problem: string };

function readYaml(content: string): ReadYaml {
  try {
    return { kind: 'document', value: parse(content) };
  } catch (error) {
    return { kind: 'unreadable', problem: `not YAML: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function toExperiment(file: z.infer<typeof experimentFile>): Experiment {
  return {
    name: file.name,
    salt: file.salt ?? file.name,
    variants: file.variants.map(toVariant),
  };
}

function toVariant(file: z.infer<typeof variant>): Variant {
  const {
    model_weight: modelWeight,
    popularity_weight: popularityWeight,
    preference_weight: preferenceWeight,
    ranking_campaign: rankingCampaign,
    ...rest
  } = file;
  return { ...rest, modelWeight, popularityWeight, preferenceWeight, rankingCampaign };
}
