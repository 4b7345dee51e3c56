/** What a recipe's campaigns answer. */
export type RecipeType = 'USER_PERSONALIZATION' | 'RELATED_ITEMS' | 'PERSONALIZED_RANKING';

const arn = (name: string): string => `arn:aws:personalize:::recipe/${name}`;

/** Recipes that the default resources are of. */
export const recipeArns = {
  userPersonalization: arn('aws-user-personalization-v2'),
  similarItems: arn('aws-similar-items'),
  personalizedRanking: arn('aws-personalized-ranking-v2'),
};

/** Recipes that can be trained; one and the same ensemble stands for all, asked as the type says. */
export const recipeTypes: ReadonlyMap<string, RecipeType> = new Map([
  [arn('aws-user-personalization'), 'USER_PERSONALIZATION'],
  [recipeArns.userPersonalization, 'USER_PERSONALIZATION'],
  [arn('aws-sims'), 'RELATED_ITEMS'],
  [recipeArns.similarItems, 'RELATED_ITEMS'],
  [arn('aws-personalized-ranking'), 'PERSONALIZED_RANKING'],
  [recipeArns.personalizedRanking, 'PERSONALIZED_RANKING'],
]);
