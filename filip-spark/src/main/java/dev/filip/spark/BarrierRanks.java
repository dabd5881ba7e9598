package dev.filip.spark;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import scala.reflect.ClassTag$;

/**
 * Starts a command once a rank, all at the same time: one task of a barrier stage each (Spark,
 * "RDDBarrier"). The ranks meet at the address of task 0. Where a rank fails the stage fails; Spark
 * may try it again, and then the command gets {@code --resume}.
 */
public final class BarrierRanks {
  private BarrierRanks() {}

  /**
   * Runs so many ranks to their end; the cluster must have as many free slots. Spark's own
   * exception says when a rank ends with another exit code than 0.
   *
   * @param command such as {@code ./filip train CONFIG --out RUN}, there on every executor
   */
  public static void run(JavaSparkContext spark, int world, List<String> command) {
    if (world < 1) {
      throw new IllegalArgumentException("ranks must be >= 1, got " + world);
    }
    spark
        .parallelize(new ArrayList<>(Collections.nCopies(world, 0)), world)
        .rdd()
        .barrier()
        .mapPartitions(
            new RankTask(new ArrayList<>(command), HadoopVariables.options(spark)),
            false,
            ClassTag$.MODULE$.apply(Object.class))
        .count();
  }
}
