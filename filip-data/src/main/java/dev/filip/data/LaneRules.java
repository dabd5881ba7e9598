package dev.filip.data;

/**
 * What the order in lanes depends on.
 *
 * @param lanes among which shards are dealt
 * @param group samples of a unit
 * @param shares of the units drawn that each source has; they add up to 1
 */
record LaneRules(long seed, int lanes, int group, double[] shares) {}
