package dev.filip.train;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run ended.
 *
 * @param steps updates done in all
 * @param interrupted stopped by request: {@code --resume} goes on
 * @param last the last logged step, or null when none was done
 * @param best the best evaluation, or null without evaluations
 * @param stages seconds by stage in this process
 * @param seconds wall time of the loop in this process, evaluations and checkpoints included
 */
public record TrainResult(
    RunFolder folder,
    long steps,
    boolean interrupted,
    @Nullable StepMetrics last,
    @Nullable Best best,
    Map<Stage, Double> stages,
    double seconds) {}
