import { readManifests } from './document';
import { NetworkPolicies } from './network-policies';

const shop = { podLabels: { app: 'shop' } };
const bank = { podLabels: { app: 'bank' } };
const stranger = { podLabels: { app: 'shop' }, namespaceLabels: { team: 'other' } };

describe('NetworkPolicies', () => {
  const policies = (...texts: readonly string[]): NetworkPolicies =>
    new NetworkPolicies(
      readManifests(
        texts
          .map(
            (spec) => `kind: NetworkPolicy\napiVersion: networking.k8s.io/v1\nmetadata: { name: any }\nspec: ${spec}\n`,
          )
          .join('---\n'),
      ),
    );
  const nothing = '{ podSelector: {}, policyTypes: [Ingress, Egress] }';
  const outOfShop =
    '{ podSelector: { matchLabels: { app: shop } }, policyTypes: [Egress], egress: [{ to: [{ podSelector: { matchLabels: { app: bank } } }], ports: [{ port: 1 }] }] }';
  const intoBank =
    '{ podSelector: { matchLabels: { app: bank } }, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: shop } } }], ports: [{ port: 1 }] }] }';

  it('lets everything through where no policy selects a pod', () => {
    expect(policies().allow(shop, bank, 1)).toBe(true);
  });

  it('lets nothing through where one selects it and allows nothing', () => {
    expect(policies(nothing).allow(shop, bank, 1)).toBe(false);
  });

  it('needs both ends to allow a call', () => {
    expect(policies(nothing, outOfShop).allow(shop, bank, 1)).toBe(false);
    expect(policies(nothing, intoBank).allow(shop, bank, 1)).toBe(false);
    expect(policies(nothing, outOfShop, intoBank).allow(shop, bank, 1)).toBe(true);
  });

  it('tells ports, directions and namespaces apart', () => {
    const both = policies(nothing, outOfShop, intoBank);
    expect(both.allow(shop, bank, 2)).toBe(false);
    expect(both.allow(bank, shop, 1)).toBe(false);
    expect(both.allow(stranger, bank, 1)).toBe(false);
  });
});
