package dev.filip.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.Json;
import dev.filip.io.PeakMemory;
import dev.filip.kernel.LateKernel;
import dev.filip.kernel.PackedTexts;
import dev.filip.metric.BlockRanks;
import dev.filip.tokens.Tokens;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;

/**
 * Late matching of every image with every text, in the blocks in which {@code filip eval retrieval}
 * matches, and the ranks of both directions; token vectors lie in files. {@code
 * bench/retrieval_peer.py} does the same with PyTorch.
 *
 * <p>Arguments: {@code make} FOLDER IMAGES TEXTS PATCHES WORDS WIDTH (of each image TEXTS / IMAGES
 * texts; a text has half of WORDS to WORDS tokens, each near a patch of its image), or {@code run}
 * FOLDER. Prints one JSON line.
 */
public final class RetrievalBench {
  private static final int IMAGES = 64;
  private static final int TEXTS = 256;
  private static final double NOISE = 4;

  private RetrievalBench() {}

  public static void main(String[] args) throws IOException {
    Path folder = Path.of(args[1]);
    if (args[0].equals("make")) {
      int[] sizes = Arrays.stream(args, 2, args.length).mapToInt(Integer::parseInt).toArray();
      make(Files.createDirectories(folder), sizes);
    } else {
      run(folder);
    }
  }

  private static void make(Path folder, int[] sizes) throws IOException {
    int images = sizes[0];
    int texts = sizes[1];
    int patches = sizes[2];
    int d = sizes[4];
    Random random = new Random(1);
    int[] lengths = new int[texts];
    try (OutputStream image = Files.newOutputStream(folder.resolve("images.f32"));
        OutputStream text = Files.newOutputStream(folder.resolve("texts.f32"))) {
      for (int i = 0; i < images; i++) {
        float[] rows = new float[patches * d];
        for (int p = 0; p < patches; p++) {
          row(random, new float[d], 0, rows, p * d, d);
        }
        image.write(bytes(rows));
        for (int t = i * (texts / images); t < (i + 1) * (texts / images); t++) {
          lengths[t] = sizes[3] / 2 + random.nextInt(sizes[3] - sizes[3] / 2 + 1);
          float[] words = new float[lengths[t] * d];
          for (int w = 0; w < lengths[t]; w++) {
            row(random, rows, random.nextInt(patches) * d, words, w * d, d);
          }
          text.write(bytes(words));
        }
      }
    }
    ObjectNode about = Json.object().put("images", images).put("texts", texts);
    about.put("patches", patches).put("width", d);
    about.set("lengths", Json.mapper().valueToTree(lengths));
    Files.writeString(folder.resolve("about.json"), Json.line(about));
  }

  /** A unit row near another one, which may be none. */
  private static void row(Random random, float[] near, int from, float[] rows, int at, int d) {
    double square = 0;
    for (int j = 0; j < d; j++) {
      rows[at + j] = near[from + j] + (float) (NOISE * random.nextGaussian() / Math.sqrt(d));
      square += (double) rows[at + j] * rows[at + j];
    }
    for (int j = 0; j < d; j++) {
      rows[at + j] /= (float) Math.sqrt(square);
    }
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  private static Tokens read(Path file, int d, int[] lengths) throws IOException {
    try (FileChannel channel = FileChannel.open(file)) {
      MemorySegment all =
          channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), Arena.global());
      return Tokens.packed(all, Tokens.Type.FP32, d, lengths);
    }
  }

  private static void run(Path folder) throws IOException {
    var about = Json.read(folder.resolve("about.json"));
    int d = about.get("width").asInt();
    int[] lengths = Json.mapper().convertValue(about.get("lengths"), int[].class);
    int[] patches = new int[about.get("images").asInt()];
    Arrays.fill(patches, about.get("patches").asInt());
    int[] owner = new int[lengths.length];
    Arrays.setAll(owner, t -> t / (lengths.length / patches.length));
    Tokens images = read(folder.resolve("images.f32"), d, patches);
    Tokens texts = read(folder.resolve("texts.f32"), d, lengths);
    long start = System.nanoTime();
    BlockRanks ranks = new BlockRanks(patches.length, owner);
    long matching = match(images, texts, owner, ranks);
    ObjectNode line = Json.object().put("program", "ours").put("precision", "fp32");
    line.put("seconds", (System.nanoTime() - start) / 1e9).put("matching_seconds", matching / 1e9);
    line.put("peak_mib", PeakMemory.bytes().orElse(0) >> 20);
    line.put("text_to_image_r1", share(ranks.textToImage()));
    line.put("image_to_text_r1", share(ranks.imageToText()));
    System.out.println(Json.line(line));
  }

  /** The diagonal first, then every pair. */
  private static long match(Tokens images, Tokens texts, int[] owner, BlockRanks ranks) {
    long nanos = 0;
    float[] sImage = new float[IMAGES * TEXTS];
    float[] sText = new float[IMAGES * TEXTS];
    try (LateKernel kernel = new LateKernel(Runtime.getRuntime().availableProcessors())) {
      for (boolean diagonal : new boolean[] {true, false}) {
        for (int t = 0; t < texts.size(); t += TEXTS) {
          int last = Math.min(texts.size(), t + TEXTS);
          long begun = System.nanoTime();
          PackedTexts some = kernel.pack(texts.slice(t, last));
          nanos += diagonal ? 0 : System.nanoTime() - begun;
          for (int i = 0; i < images.size(); i += IMAGES) {
            int end = Math.min(images.size(), i + IMAGES);
            if (diagonal && (owner[t] >= end || owner[last - 1] < i)) {
              continue;
            }
            begun = System.nanoTime();
            kernel.scores(images.slice(i, end), some, sImage, sText);
            nanos += diagonal ? 0 : System.nanoTime() - begun;
            if (diagonal) {
              own(ranks, owner, i, end, t, some.size(), sImage, sText);
            } else {
              ranks.count(i, end - i, t, some.size(), sImage, sText);
            }
          }
        }
      }
    }
    return nanos;
  }

  private static void own(
      BlockRanks ranks,
      int[] owner,
      int first,
      int end,
      int text,
      int texts,
      float[] forTexts,
      float[] forImages) {
    for (int t = 0; t < texts; t++) {
      int row = owner[text + t];
      if (row >= first && row < end) {
        int at = (row - first) * texts + t;
        ranks.own(text + t, forTexts[at], forImages[at]);
      }
    }
  }

  private static double share(int[] ranks) {
    return Arrays.stream(ranks).filter(rank -> rank == 0).count() / (double) ranks.length;
  }
}
