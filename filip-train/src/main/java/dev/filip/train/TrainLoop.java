package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import dev.filip.config.RunConfig;
import dev.filip.data.DataStopped;
import dev.filip.data.Pixels;
import dev.filip.data.TrainBatch;
import dev.filip.distributed.Ranks;
import dev.filip.loss.LossGradient;
import dev.filip.loss.NonFiniteLoss;
import dev.filip.loss.Positives;
import dev.filip.tensor.GradMode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The loop: batch, step, log, evaluate, checkpoint. Used once, by one thread. */
final class TrainLoop {
  /** Steps between comparisons of the ranks' weights: one sum over them and one number sent. */
  private static final int CHECK_EVERY = 100;

  private final Session session;
  private final RunConfig config;
  private final TrainOptions options;
  private final List<TrainListener> listeners;
  private final BooleanSupplier stop;
  private final TrainStep step;
  private final LearningWatch watch;
  private final Stage.Clock clock = new Stage.Clock();
  private double previousLoss = Double.NaN;
  private double loggedSeconds;
  private long loggedStep;
  private Map<Stage, Double> stagesBefore = new EnumMap<>(Stage.class);
  private @Nullable StepMetrics last;
  private TrainResult.@Nullable Best best;
  private final Ranks ranks;
  private final Session.SharedWeights weights;
  private final @Nullable StepProfile profile;
  private boolean stopping;

  TrainLoop(
      Session session, TrainOptions options, List<TrainListener> listeners, BooleanSupplier stop) {
    this.session = session;
    this.config = session.config();
    this.options = options;
    this.listeners = listeners;
    this.stop = stop;
    this.ranks = session.ranks();
    this.weights = new Session.SharedWeights(session.parameters(), ranks.communicator());
    this.step =
        new TrainStep(
            session.towers(),
            session.parameters(),
            session.optimizer(),
            new TrainStep.Bounds(config.optimizer().clip(), config.loss().maxLogitScale()),
            session.scaling());
    this.profile = options.profile() > 0 && ranks.isFirst() ? profile(options.profile()) : null;
    this.best = session.start().best();
    this.watch = new LearningWatch(session.schedule().warmup());
  }

  private StepProfile profile(int steps) {
    return new StepProfile(
        session.folder(),
        session.trained().model().compute().device(),
        steps,
        session.start().step(),
        session.schedule().total(),
        options.log());
  }

  /** Runs to the end or until asked to stop; the last state is in a checkpoint then. */
  TrainResult run() {
    long started = System.nanoTime();
    long done = session.start().step();
    long total = session.schedule().total();
    try {
      tell(done, listener -> listener.onStart(done, total));
      loggedStep = done;
      long now = done;
      while (now < total && !stopping) {
        long next = ++now;
        profiled(next, of -> of.before(next, clock));
        one(next, total);
        profiled(next, of -> of.after(next, clock));
      }
      long ended = now;
      profiled(ended, of -> of.end(ended, clock));
      boolean interrupted = now < total;
      double seconds = (System.nanoTime() - started) / 1e9;
      return new TrainResult(
          session.folder(), now, interrupted, last, best, clock.seconds(), seconds);
    } finally {
      try (var _ = profile) {
        tell(total, TrainListener::onEnd);
      }
    }
  }

  private interface Profiling {
    void tell(StepProfile profile) throws IOException;
  }

  private void profiled(long now, Profiling what) {
    StepProfile of = profile;
    if (of != null) {
      write("profile at step " + now, () -> what.tell(of));
    }
  }

  private void one(long now, long total) {
    boolean log = now % options.logEvery() == 0 || now == 1 || now == total;
    double lr = session.schedule().lr(now);
    clock.start();
    TrainStep.Outcome outcome = step(now, lr, log);
    if (outcome.known()) {
      previousLoss = outcome.loss().loss();
      watch(now, outcome.loss());
    }
    double images = (double) config.batch() / config.data().captionsPerImage();
    double speed = (now - loggedStep) * images / (clock.total() - loggedSeconds);
    tell(now, listener -> listener.onStep(now, previousLoss, speed));
    if (log) {
      StepMetrics metrics = metrics(now, lr, speed, outcome);
      last = metrics;
      tell(now, listener -> listener.onMetrics(metrics));
    }
    stopping = ranks.communicator().any(stop.getAsBoolean()); // all stop after the same step
    boolean end = now == total || stopping;
    boolean judged =
        due(config.evaluate().every(), now) || config.evaluate().every() > 0 && now == total;
    boolean kept = end || due(config.checkpoint().every(), now);
    if (judged || kept || due(CHECK_EVERY, now)) { // before anything of them is written
      requireSameWeights(now);
    }
    if ((judged || kept) && !outcome.known()) {
      requireFinite(now, lr);
    }
    if (judged) {
      ranks.first(() -> evaluate(now));
    }
    if (kept) {
      checkpoint(now);
    }
  }

  /** Late, where steps read nothing, but before anything of the weights is written. */
  private void requireFinite(long now, double lr) {
    if (!Double.isFinite(session.parameters().valueNorm())) {
      throw stopped(now, lr, Double.NaN, null, null);
    }
  }

  private void requireSameWeights(long now) {
    int other = ranks.world() > 1 ? weights.drifted() : 0;
    if (other != 0) {
      throw new TrainingStopped(
          "the weights of rank "
              + other
              + " are no longer those of rank 0 at step "
              + now
              + ": machines that compute differently cannot train together"
              + lastGood());
    }
  }

  private void watch(long now, LossGradient loss) {
    watch
        .see(
            now,
            overChance(now, loss),
            config.batch() * 0.5 * (loss.accuracyImage() + loss.accuracyText()),
            loss.sameWordShare())
        .ifPresent(options.log());
  }

  private double overChance(long now, LossGradient loss) {
    return loss.loss() / session.loss().chance(now, config.batch());
  }

  private static boolean due(int every, long now) {
    return every > 0 && now % every == 0;
  }

  private TrainStep.Outcome step(long now, double lr, boolean log) {
    Pixels pixels = null;
    try {
      TrainBatch given = session.batches().take();
      TrainBatch batch = profile == null ? given : profile.watched(given);
      pixels = batch.pixels();
      clock.lap(Stage.DATA);
      Positives positives = session.loss().positives(batch.keys(), pixels::repeats);
      TrainStep.Outcome outcome =
          step.run(batch, session.loss().at(now), positives, lr, log, clock, () -> fetchAfter(now));
      if (!outcome.finite()) {
        throw stopped(now, lr, outcome.loss().loss(), pixels, null);
      }
      return outcome;
    } catch (NonFiniteLoss e) {
      throw stopped(now, lr, Double.NaN, pixels, e);
    } catch (DataStopped e) {
      throw dataStopped(now, e);
    } catch (IOException e) {
      throw new TrainingStopped(
          "cannot read training data at step "
              + now
              + ": "
              + TrainingStopped.reason(e)
              + lastGood(),
          e);
    }
  }

  private void fetchAfter(long now) {
    if (now < session.schedule().total() && session.batches().fetch()) {
      clock.lap(Stage.DATA, "data ahead");
    }
  }

  /** All ranks come here at the same step, and its last good state is kept. */
  private TrainingStopped dataStopped(long now, DataStopped e) {
    String[] said =
        ranks.notes("data/" + now, String.valueOf(e.getMessage()), Duration.ofMinutes(10));
    String reason = DataStopped.ELSEWHERE;
    for (int r = 0; r < said.length && reason.isEmpty(); r++) {
      reason = said[r].isEmpty() || said.length == 1 ? said[r] : "rank " + r + ": " + said[r];
    }
    if (now - 1 > session.start().step()) {
      requireSameWeights(now - 1);
      checkpoint(now - 1);
    }
    return new TrainingStopped(
        "the training data fails at step " + now + ": " + reason + lastGood(), e);
  }

  private TrainingStopped stopped(
      long now, double lr, double loss, @Nullable Pixels pixels, @Nullable Exception cause) {
    Diagnosis diagnosis =
        new Diagnosis(
            now,
            loss,
            previousLoss,
            !allFinite(pixels),
            session.trained().model().logScale(),
            Double.isFinite(loss) ? session.parameters().firstBadGradient() : null,
            lr,
            session.schedule().peak(),
            now <= session.schedule().warmup(),
            session.precision(),
            config);
    String message =
        diagnosis.symptom() + lastGood() + "; likely cause: " + diagnosis.likelyCause();
    return new TrainingStopped.Diverged(message, cause);
  }

  private static boolean allFinite(@Nullable Pixels pixels) {
    float[] one = new float[pixels == null ? 0 : pixels.each()];
    for (int i = 0; pixels != null && i < pixels.size(); i++) {
      pixels.write(i, 1, MemorySegment.ofArray(one));
      for (float pixel : one) {
        if (!Float.isFinite(pixel)) {
          return false;
        }
      }
    }
    return true;
  }

  private String lastGood() {
    return "; " + session.checkpoints().lastGood();
  }

  private StepMetrics metrics(long now, double lr, double speed, TrainStep.Outcome outcome) {
    LossGradient loss = outcome.loss();
    Map<Stage, Double> stages = clock.seconds();
    Map<Stage, Double> mean = new EnumMap<>(Stage.class);
    double steps = now - loggedStep;
    stages.forEach(
        (stage, s) -> mean.put(stage, (s - stagesBefore.getOrDefault(stage, 0.0)) / steps));
    stagesBefore = stages;
    loggedSeconds = clock.total();
    loggedStep = now;
    return new StepMetrics(
        now,
        loss.loss(),
        overChance(now, loss),
        lr,
        Math.exp(outcome.logScale()),
        speed,
        outcome.gradientNorm(),
        outcome.parameterNorm(),
        outcome.updateNorm(),
        loss.accuracyImage(),
        loss.accuracyText(),
        loss.sameWordShare(),
        loss.wordEntropy(),
        mean);
  }

  private void evaluate(long now) {
    TrainOptions.Evaluator evaluator = options.evaluator();
    if (evaluator == null) {
      return;
    }
    Map<String, Double> scores;
    Parallelism.set(Runtime.getRuntime().availableProcessors());
    try (var _ = GradMode.off()) {
      scores = evaluator.evaluate(session.trained(), now);
    } catch (IOException e) {
      throw new TrainingStopped(
          "cannot evaluate at step " + now + ": " + TrainingStopped.reason(e) + lastGood(), e);
    } finally {
      Parallelism.set(session.parallelism().threads());
    }
    tell(now, listener -> listener.onEvaluation(now, scores));
    String metric = config.evaluate().keepBest();
    Double value = scores.get(metric);
    if (value == null) {
      throw new TrainingStopped(
          "evaluate.keep_best " + metric + " is none of the evaluated scores " + scores.keySet());
    }
    if (best == null || value > best.value()) {
      best = new TrainResult.Best(metric, value, now);
      write("best model of step " + now, () -> session.writeModel(session.folder().best(), now));
    }
  }

  /** Of all ranks together: they tell where their data stands, and the first one writes. */
  private void checkpoint(long now) {
    JsonNode cursor = session.batches().cursor();
    ranks.first(() -> checkpoint(now, cursor));
  }

  private void checkpoint(long now, JsonNode cursor) {
    write(
        "checkpoint of step " + now,
        () ->
            session
                .checkpoints()
                .write(
                    session.state(now, best, cursor),
                    folder -> session.fill(folder, now),
                    session.optimizer(),
                    session.trained().model().parameters()));
  }

  /** Something that writes. */
  interface Writing {
    void run() throws IOException;
  }

  void write(String what, Writing writing) {
    try {
      writing.run();
    } catch (IOException | UncheckedIOException e) {
      throw new TrainingStopped(
          "cannot write "
              + what
              + ": "
              + TrainingStopped.reason(TrainingStopped.cause(e))
              + lastGood(),
          e);
    }
  }

  private interface Told {
    void tell(TrainListener listener) throws IOException;
  }

  private void tell(long now, Told told) {
    for (TrainListener listener : listeners) {
      write("metrics of step " + now, () -> told.tell(listener));
    }
  }
}
