import { spawn } from 'node:child_process';
import { Socket } from 'node:net';

/** Watches over something that must not outlive this process. */
export interface OrphanGuard {
  /** Ends the watch; what was guarded is left alone. */
  release(): void;
}

/**
 * Kills a process group when this process ends in any way, SIGKILL included, unless released before.
 *
 * A shell waits on a pipe whose other end only this process holds; the kernel closes it when the process is gone. Node's
 * exit handlers would not run on SIGKILL, and Linux's parent-death signal cannot be set from Node.
 */
export const guardProcessGroup = (pid: number): OrphanGuard => guard('kill -s KILL -- "-$1"', [String(pid)]);

/** Removes a folder when this process ends, after a second in which guarded processes die. */
export const guardFolder = (path: string): OrphanGuard => guard('sleep 1; rm -rf -- "$1"', [path]);

/** Removes a container when this process ends. */
export const guardContainer = (id: string): OrphanGuard => guard('docker rm -f -v "$1"', [id]);

function guard(action: string, args: string[]): OrphanGuard {
  // A terminal's Ctrl-C and a closing session must not end the guard before what it guards.
  const script = `trap '' HUP INT TERM; read -r word; [ "$word" = release ] || { ${action}; }`;
  const shell = spawn('/bin/sh', ['-c', script, 'orphan-guard', ...args], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    cwd: '/',
  });
  const { stdin } = shell;
  stdin.on('error', () => undefined); // the guard is gone: there is nothing to release
  shell.unref();
  if (stdin instanceof Socket) stdin.unref();
  return { release: () => void stdin.end('release\n') };
}
