import type { Container, PodTemplate } from './document';

/**
 * What of a pod breaks the restricted pod security standard
 * (https://kubernetes.io/docs/concepts/security/pod-security-standards) or ours: a read-only root file system, no token, no
 * variables for other services, bounded memory.
 */
export function restrictionProblems({ spec }: PodTemplate, container: Container): readonly string[] {
  const rules: readonly (readonly [boolean, string])[] = [
    [has(spec.securityContext, { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }), 'may run as root'],
    [
      has(container.securityContext, {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      }),
      'may do more than it has to',
    ],
    [has(spec, { automountServiceAccountToken: false, enableServiceLinks: false }), 'is given a token or links'],
    [container.resources?.requests?.['cpu'] !== undefined, 'asks for no processor time'],
    [container.resources?.requests?.['memory'] !== undefined, 'asks for no memory'],
    [container.resources?.limits?.['memory'] !== undefined, 'has no limit of memory'],
  ];
  return rules.flatMap(([holds, problem]) => (holds ? [] : [`container ${container.name} ${problem}`]));
}

/** Whether an object has all of these properties, at any depth. */
function has(actual: unknown, expected: unknown): boolean {
  if (typeof expected !== 'object' || expected === null) return actual === expected;
  if (typeof actual !== 'object' || actual === null) return false;
  return Object.entries(expected).every(([name, value]) => has((actual as Record<string, unknown>)[name], value));
}
