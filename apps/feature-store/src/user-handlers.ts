import { UserServiceService, type User } from '@affinity/contracts';
import { collidesWithSessionKeys } from '@affinity/domain';
import type { UserStore } from '@affinity/profile-storage';
import { bindService, notFound, type BoundService } from '@affinity/service-kit';
import type { ProfileEraser } from './profile-eraser';
import { checkId, Problems } from './profile-query';

const maxNameLength = 256;
const maxFeatureBytes = 65_536;
const maxFeatureDepth = 16;

/** What UserService is served from. */
export interface UserHandlersOptions {
  readonly users: UserStore;
  readonly eraser: ProfileEraser;
  readonly nowMs?: () => number;
}

/** Serves UserService. */
export function userService({ users, eraser, nowMs = Date.now }: UserHandlersOptions): BoundService {
  return bindService(UserServiceService, {
    putUser: async ({ user }) => {
      const stored = { ...checkedUser(user), updatedAt: new Date(nowMs()) };
      await users.put(stored);
      return { user: stored };
    },
    getUser: async ({ userId }) => {
      checkUserId(userId);
      const user = await users.get(userId);
      if (user === undefined) throw notFound(`there is no user "${userId}"`);
      return { user };
    },
    deleteUser: async ({ userId }, { signal }) => {
      checkUserId(userId);
      // The profile first: while it is not gone the caller asks again, and the record still says that there is somebody to erase.
      const receipt = await eraser.erase(userId, signal);
      return { userRemoved: await users.delete(userId), ...receipt };
    },
  });
}

function checkUserId(userId: string): void {
  const problems = new Problems();
  checkId('user_id', userId, problems);
  if (collidesWithSessionKeys(userId)) problems.add('user_id', 'must not begin with "session:"');
  problems.throwIfAny();
}

function checkedUser(user: User | undefined): User {
  const problems = new Problems();
  if (user === undefined) problems.add('user', 'is required');
  else checkUser(user, problems);
  problems.throwIfAny();
  return user as User;
}

function checkUser({ userId, userName, userFeatures = {} }: User, problems: Problems): void {
  checkId('user.user_id', userId, problems);
  if (collidesWithSessionKeys(userId)) problems.add('user.user_id', 'must not begin with "session:"');
  if (userName.length > maxNameLength) {
    problems.add('user.user_name', `must be at most ${maxNameLength} characters, has ${userName.length}`);
  }
  if (depthOf(userFeatures) > maxFeatureDepth) {
    problems.add('user.user_features', `must be at most ${maxFeatureDepth} levels deep`);
    return;
  }
  const bytes = Buffer.byteLength(JSON.stringify(userFeatures));
  if (bytes > maxFeatureBytes)
    problems.add('user.user_features', `must be at most ${maxFeatureBytes} bytes as JSON, has ${bytes}`);
}

/** Levels of nesting, counted only as far as the rule needs. */
function depthOf(value: unknown, limit = maxFeatureDepth + 1): number {
  if (typeof value !== 'object' || value === null || limit === 0) return 0;
  let deepest = 0;
  for (const inner of Object.values(value)) deepest = Math.max(deepest, depthOf(inner, limit - 1));
  return deepest + 1;
}
