package dev.filip.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;

/**
 * Times of one step in ms: wall time, best and middle, and the mean CPU time of all threads.
 *
 * @param best of the wall times
 * @param middle of the wall times
 */
record StepTimes(double best, double middle, double cpu) {
  /** After a quarter of the steps, at least two, as warm-up. */
  static StepTimes of(Runnable step, int steps) {
    for (int i = 0; i < Math.max(2, steps / 4); i++) {
      step.run();
    }
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    double[] wall = new double[steps];
    long used = process.getProcessCpuTime();
    for (int i = 0; i < steps; i++) {
      long start = System.nanoTime();
      step.run();
      wall[i] = (System.nanoTime() - start) / 1e6;
    }
    double cpu = (process.getProcessCpuTime() - used) / 1e6 / steps;
    Arrays.sort(wall);
    return new StepTimes(wall[0], wall[steps / 2], cpu);
  }
}
