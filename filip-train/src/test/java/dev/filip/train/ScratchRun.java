package dev.filip.train;

import dev.filip.config.*;
import java.nio.file.Path;
import java.util.*;

public final class ScratchRun {
  public static void main(String[] a) {
    RunConfig c = RunConfigReader.read(Path.of(a[0]), Arrays.asList(a).subList(2, a.length));
    TrainResult r =
        Trainer.run(
            c,
            Path.of(a[1]),
            new TrainOptions(
                TrainOptions.Existing.REPLACE,
                50,
                null,
                List.of(new ProgressListener("train")),
                System.err::println));
    System.out.println(r);
    r.stages().forEach((s, t) -> System.out.printf("%s %.1f ms%n", s, 1000 * t / r.steps()));
  }
}
