package dev.filip.quickstart;

import static dev.filip.io.BadInput.require;

/**
 * How much of the main job. The defaults are the job itself; smaller numbers make a shortened one
 * for a test.
 *
 * @param seed of data and training
 * @param steps optimiser steps of each model: the same budget in samples for both
 * @param scenes training scenes generated
 * @param test test scenes judged on
 */
public record QuickstartOptions(long seed, int steps, int scenes, int test) {
  /** 1,000 steps on 32,000 scenes, judged on 1,000. */
  public static final QuickstartOptions DEFAULT = new QuickstartOptions(1, 1_000, 32_000, 1_000);

  public QuickstartOptions {
    require(steps >= 1, "--steps", steps, ">= 1");
    require(scenes >= 64, "--scenes", scenes, ">= 64 (a batch)");
    require(test >= 10, "--test", test, ">= 10");
  }
}
