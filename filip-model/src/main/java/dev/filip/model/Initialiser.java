package dev.filip.model;

import dev.filip.config.ModelConfig;
import dev.filip.folder.Layout;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.zip.CRC32;

/**
 * CLIP's initialisation (OpenAI's {@code initialize_parameters}, used for both towers and for
 * SigLIP's pooling head, whose probe starts as [CLS] does). Every parameter has a random stream of
 * its own keyed by (seed, name), so neither the order nor another tower's size changes it.
 */
final class Initialiser {
  private static final double TOKEN_STD = 0.02;
  private static final double TEXT_POSITION_STD = 0.01;

  private final ModelConfig config;
  private final long seed;

  Initialiser(ModelConfig config, long seed) {
    this.config = config;
    this.seed = seed;
  }

  /** Values of one parameter, row-major. */
  float[] values(String name, long[] shape) {
    int count = Math.toIntExact(Arrays.stream(shape).reduce(1, Math::multiplyExact));
    float[] values = new float[count];
    if (name.equals(Layout.LOGIT_SCALE)) {
      values[0] = (float) Math.log(1 / 0.07);
    } else if (name.contains("norm") && name.endsWith(".weight")) {
      Arrays.fill(values, 1);
    } else if (name.equals(Layout.PATCHES)) {
      uniform(values, name, 1 / Math.sqrt(shape[1] * shape[2] * (double) shape[3]));
    } else if (!name.endsWith("bias")) {
      normal(values, name, std(name));
    }
    return values;
  }

  /** Uniform within 1 / sqrt(in) of {@code [rank, in]}. */
  float[] adapter(String name, long[] shape) {
    float[] values = new float[Math.toIntExact(shape[0] * shape[1])];
    uniform(values, name, 1 / Math.sqrt(shape[1]));
    return values;
  }

  /** Standard deviation of a normally drawn weight (filip-paper notes 1.3). */
  double std(String name) {
    boolean text = name.startsWith("text");
    double width = text ? config.text().width() : config.vision().width();
    int layers = text ? config.text().layers() : config.vision().layers();
    if (name.equals(Layout.TOKENS)) {
      return TOKEN_STD;
    }
    if (name.equals(Layout.TEXT_POSITIONS)) {
      return TEXT_POSITION_STD;
    }
    if (name.endsWith("out_proj.weight") || name.endsWith("fc2.weight")) {
      return 1 / Math.sqrt(width * 2 * layers);
    }
    return name.endsWith("fc1.weight") ? 1 / Math.sqrt(2 * width) : 1 / Math.sqrt(width);
  }

  private void normal(float[] values, String name, double std) {
    RandomGenerator random = stream(name);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * std);
    }
  }

  /** PyTorch's default for a convolution: uniform within 1 / sqrt(fan in). */
  private void uniform(float[] values, String name, double bound) {
    RandomGenerator random = stream(name);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-bound, bound);
    }
  }

  private RandomGenerator stream(String name) {
    CRC32 crc = new CRC32();
    crc.update(name.getBytes(StandardCharsets.UTF_8));
    long key = seed * 0x9E3779B97F4A7C15L + (crc.getValue() << 17);
    return RandomGeneratorFactory.of("L64X128MixRandom").create(key);
  }
}
