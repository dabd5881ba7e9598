package dev.filip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.management.OperatingSystemMXBean;
import dev.filip.eval.Fingerprint;
import dev.filip.eval.probe.Labelled;
import dev.filip.eval.probe.LinearProbe;
import dev.filip.io.Json;
import dev.filip.io.PeakMemory;
import dev.filip.tensor.Natives;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.pytorch.global.torch;

/**
 * The linear probe at one C: the fit, and the judging of the test set, in a fresh process, nothing
 * warmed up. {@code bench/probe_peer.py} fits the same files by scikit-learn.
 *
 * <p>Arguments: folder of the .npy files, C, tolerance. Prints one JSON line.
 */
public final class ProbeBench {
  private ProbeBench() {}

  public static void main(String[] args) throws IOException {
    Natives.load();
    Path folder = Path.of(args[0]);
    Labelled train = read(folder, "");
    Labelled test = read(folder, "test_");
    LinearProbe.Recipe paper = LinearProbe.Recipe.PAPER;
    LinearProbe.Recipe recipe =
        new LinearProbe.Recipe(
            LinearProbe.Solver.LBFGS,
            Double.valueOf(args[1]),
            Double.parseDouble(args[2]),
            paper.iterations(),
            List.of(),
            paper.seeds(),
            paper.epochs(),
            paper.batch(),
            paper.rate());
    OperatingSystemMXBean process =
        ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    long used = process.getProcessCpuTime();
    long start = System.nanoTime();
    ObjectNode found =
        new LinearProbe(new LinearProbe.Sets(train, null, test, List.of()), recipe)
            .run(Fingerprint.of("bench"), true)
            .toJson();
    double seconds = (System.nanoTime() - start) / 1e9;
    double cpu = (process.getProcessCpuTime() - used) / 1e9;
    ObjectNode line = Json.object().put("threads", torch.get_num_threads());
    line.put("seconds", seconds).put("cpu_seconds", cpu);
    line.put("peak_mib", PeakMemory.bytes().orElse(0) >> 20);
    for (String key : List.of("iterations", "converged", "objective", "top1")) {
      line.set(key, found.get(key));
    }
    System.out.println(Json.line(line));
  }

  private static Labelled read(Path folder, String kind) throws IOException {
    return Labelled.open(
        folder.resolve(kind + "features.npy"), folder.resolve(kind + "labels.npy"));
  }
}
