/** One thing that must hold of a system that runs. */
export interface NamedCheck {
  /** What holds, as a sentence. */
  readonly name: string;
  /** Resolves with numbers that show it. Rejects with what is wrong. */
  readonly run: () => Promise<string>;
}

/** Runs checks one after another, each whatever became of those before. Resolves with how many did not hold. */
export async function runChecks(checks: readonly NamedCheck[], print: (line: string) => void): Promise<number> {
  let failed = 0;
  for (const { name, run } of checks) {
    try {
      print(`passed  ${name}: ${await run()}`);
    } catch (error) {
      failed += 1;
      print(`FAILED  ${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  print(failed === 0 ? `All ${checks.length} checks passed.` : `${failed} of ${checks.length} checks failed.`);
  return failed;
}

/** Throws, with what was found, when something does not hold. */
export function demand(holds: boolean, found: string): void {
  if (!holds) throw new Error(found);
}
