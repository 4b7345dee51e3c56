import { matches, type Manifest, type Texts } from './document';

/** One end of a connection, by its labels. */
export interface Peer {
  readonly podLabels: Texts;
  /** Labels of its namespace; those of ours unless told. */
  readonly namespaceLabels?: Texts;
}

interface Selector {
  readonly matchLabels?: Texts;
}

interface Rule {
  readonly from?: readonly RulePeer[];
  readonly to?: readonly RulePeer[];
  readonly ports?: readonly { readonly port: number }[];
}

interface RulePeer {
  readonly podSelector?: Selector;
  readonly namespaceSelector?: Selector;
  readonly ipBlock?: { readonly cidr: string };
}

interface PolicySpec {
  readonly podSelector: Selector;
  readonly policyTypes: readonly string[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

/**
 * What NetworkPolicies let through, as https://kubernetes.io/docs/concepts/services-networking/network-policies has it: a pod
 * that a policy selects for a direction is isolated in it, but for what one of its policies allows. Pods are of one namespace
 * unless their peer says otherwise.
 */
export class NetworkPolicies {
  private readonly policies: readonly PolicySpec[];

  constructor(manifests: readonly Manifest[]) {
    const own = manifests.filter(({ kind }) => kind === 'NetworkPolicy');
    this.policies = own.map(({ spec }) => spec as unknown as PolicySpec);
  }

  /** Whether a pod may call another on a TCP port: its egress and the other's ingress both have to allow it. */
  allow(from: Peer, to: Peer, port: number): boolean {
    return this.allowEgress(from, to, port) && this.allowIngress(to, from, port);
  }

  /** Whether a pod may call an address outside of the cluster. */
  allowOutside(from: Peer, port: number): boolean {
    const rules = this.rulesOf(from, 'Egress');
    return rules.some(
      ({ to, ports }) => hasPort(ports, port) && (to ?? []).some(({ ipBlock }) => ipBlock !== undefined),
    );
  }

  private allowEgress(from: Peer, to: Peer, port: number): boolean {
    return this.rulesOf(from, 'Egress').some((rule) => hasPort(rule.ports, port) && admits(rule.to, to));
  }

  private allowIngress(to: Peer, from: Peer, port: number): boolean {
    return this.rulesOf(to, 'Ingress').some((rule) => hasPort(rule.ports, port) && admits(rule.from, from));
  }

  private rulesOf({ podLabels, namespaceLabels }: Peer, direction: 'Ingress' | 'Egress'): readonly Rule[] {
    if (namespaceLabels !== undefined) return [anything]; // Whatever rules there are elsewhere are not ours.
    const selecting = this.policies.filter(
      ({ podSelector, policyTypes }) => policyTypes.includes(direction) && matches(podLabels, podSelector.matchLabels),
    );
    if (selecting.length === 0) return [anything];
    return selecting.flatMap(({ ingress, egress }) => (direction === 'Ingress' ? ingress : egress) ?? []);
  }
}

const anything: Rule = {};

function hasPort(ports: Rule['ports'], port: number): boolean {
  return ports === undefined || ports.some((candidate) => candidate.port === port);
}

function admits(peers: readonly RulePeer[] | undefined, { podLabels, namespaceLabels }: Peer): boolean {
  if (peers === undefined) return true;
  return peers.some(({ podSelector, namespaceSelector, ipBlock }) => {
    if (ipBlock !== undefined) return false;
    const sameNamespace = namespaceSelector === undefined;
    if (sameNamespace !== (namespaceLabels === undefined)) return false;
    return (
      matches(namespaceLabels ?? {}, namespaceSelector?.matchLabels) && matches(podLabels, podSelector?.matchLabels)
    );
  });
}
