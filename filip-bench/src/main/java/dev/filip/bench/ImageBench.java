package dev.filip.bench;

import com.sun.management.OperatingSystemMXBean;
import dev.filip.config.PixelBehaviour;
import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.PackedImage;
import dev.filip.image.Preprocess;
import dev.filip.image.Preprocessor;
import dev.filip.io.Json;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Images a second of processor time (all threads of the process, so that a busy machine and the
 * collector's threads are counted fairly): decode; decode, resize and crop; the same and
 * normalised. {@code bench/images_peer.py} does the same with Pillow; {@code bench/images.sh} runs
 * both.
 *
 * <p>Arguments: folder of images, side of the crop, rounds. Prints one JSON line with the best
 * round.
 */
public final class ImageBench {
  private static final int WARM_UP = 6;

  private ImageBench() {}

  /** Something to time; its answer is summed so that it is not optimised away. */
  private interface Work {
    int run(byte[] file) throws IOException;
  }

  public static void main(String[] args) throws IOException {
    List<byte[]> files = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of(args[0]))) {
      for (Path file : all.filter(p -> p.toString().endsWith(".jpg")).sorted().toList()) {
        files.add(Files.readAllBytes(file));
      }
    }
    int side = Integer.parseInt(args[1]);
    int rounds = Integer.parseInt(args[2]);
    Preprocessor preprocessor =
        new Preprocessor(Preprocess.clip(side, PixelBehaviour.TRANSFORMERS));
    double decode = best(files, rounds, file -> decode(file).pixels()[0]);
    double pixels = best(files, rounds, file -> preprocessor.pixels(decode(file)).pixels()[0]);
    double all = best(files, rounds, file -> (int) preprocessor.apply(file)[0]);
    System.out.println(
        Json.line(
            Json.object()
                .put("decode", decode)
                .put("decode_resize_crop", pixels)
                .put("decode_resize_crop_normalise", all)));
  }

  private static PackedImage decode(byte[] file) throws IOException {
    return ImageDecoder.decodePacked(file, DecodeOptions.DEFAULT);
  }

  private static double best(List<byte[]> files, int rounds, Work work) throws IOException {
    var system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    double best = 0;
    int sum = 0;
    for (int round = -WARM_UP; round < rounds; round++) {
      long start = system.getProcessCpuTime();
      for (byte[] file : files) {
        sum += work.run(file);
      }
      double rate = files.size() / ((system.getProcessCpuTime() - start) / 1e9);
      best = round >= 0 ? Math.max(best, rate) : best;
    }
    if (sum == 42) {
      System.err.println(sum);
    }
    return best;
  }
}
