import { PersonalizeCandidateSource } from '@affinity/personalize';
import { resource, type ServiceContext } from '@affinity/service-kit';
import type { GatewayConfig } from '../config';
import type { Variant } from '../experiments/experiment';
import { FairCircuit } from '../fair-circuit';
import type { GatewayMeter } from '../gateway-meter';
import type { Candidates } from './candidates';
import { GuardedCandidateSource } from './guarded-candidate-source';

/** The campaigns that a variant asks in place of the deployment's. */
export type CampaignChanges = Pick<Partial<Variant>, 'campaign' | 'rankingCampaign'>;

/** What a variant asks. */
export interface Model {
  readonly candidates: Candidates;
  /** Whether there is a campaign that ranks lists. */
  readonly ranks: boolean;
}

/** Opens models. Each campaign has one circuit, whoever asks it: campaigns fail apart, and for all variants alike. */
export function openModel(
  context: ServiceContext<GatewayConfig>,
  meter: GatewayMeter,
): (changes: CampaignChanges) => Model {
  const { config } = context;
  const circuits = new Map<string, FairCircuit>();
  const circuitOf = (campaign: string): FairCircuit => {
    const circuit = circuits.get(campaign) ?? openCircuit(context, campaign);
    circuits.set(campaign, circuit);
    return circuit;
  };
  return ({ campaign: visitor = config.visitorCampaign, rankingCampaign: ranking = config.rankingCampaign }) => {
    const campaigns = { visitor, related: config.relatedCampaign, ranking };
    const source = new PersonalizeCandidateSource(config, campaigns);
    context.add(resource('personalize', () => source.close()));
    const candidates = new GuardedCandidateSource({
      source,
      meter,
      // A question without its campaign fails before anybody is asked, and must not count for one that is.
      circuitOf: (question) => circuitOf(campaigns[question] ?? `no ${question} campaign`),
    });
    return { candidates, ranks: ranking !== undefined };
  };
}

function openCircuit({ config, logger }: ServiceContext<GatewayConfig>, campaign: string): FairCircuit {
  const onChange = (state: string): void => logger.warn({ state, campaign }, 'the circuit of Personalize changed');
  return new FairCircuit({ name: 'Personalize', onChange, fairWaitMs: config.circuitFairWaitMs });
}
