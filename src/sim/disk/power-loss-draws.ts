/** The chance of one power loss: a function of the seed, the machine, and how many went before. */
export interface PowerLossDraws {
  /** Uniform over 0 … n−1. */
  below(n: number): number;
  chance(perMille: number): boolean;
}
