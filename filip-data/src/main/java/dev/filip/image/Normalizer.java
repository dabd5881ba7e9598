package dev.filip.image;

import dev.filip.config.PixelBehaviour;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Bytes to normalised floats, channel after channel, by a table of 3 x 256 values rounded as the
 * Python tool's arithmetic does. Thread-safe.
 */
public final class Normalizer {
  private final float[][] table = new float[3][256];

  /** The table of these settings. */
  public Normalizer(Preprocess settings) {
    for (int c = 0; c < 3; c++) {
      float mean = settings.mean().get(c).floatValue();
      float std = settings.std().get(c).floatValue();
      for (int v = 0; v < 256; v++) {
        boolean torch = settings.behaviour() == PixelBehaviour.OPEN_CLIP;
        float scaled = torch ? v / 255f : (float) (v * settings.rescale());
        table[c][v] = (scaled - mean) / std;
      }
    }
  }

  /** What byte v of channel c becomes, at {@code 256 c + v}; a copy. */
  public float[] table() {
    float[] all = new float[3 * 256];
    for (int c = 0; c < 3; c++) {
      System.arraycopy(table[c], 0, all, 256 * c, 256);
    }
    return all;
  }

  /** Writes {@code [3, height, width]} from {@code at}; {@code rgb} holds three bytes a pixel. */
  public void write(byte[] rgb, float[] out, int at) {
    int plane = rgb.length / 3;
    float[] red = table[0];
    float[] green = table[1];
    float[] blue = table[2];
    for (int i = 0; i < plane; i++) {
      out[at + i] = red[rgb[3 * i] & 0xFF];
      out[at + plane + i] = green[rgb[3 * i + 1] & 0xFF];
      out[at + 2 * plane + i] = blue[rgb[3 * i + 2] & 0xFF];
    }
  }

  /** Writes {@code [3, height, width]} from {@code at}. */
  public void write(PackedImage image, float[] out, int at) {
    int[] pixels = image.pixels();
    int plane = pixels.length;
    float[] red = table[0];
    float[] green = table[1];
    float[] blue = table[2];
    for (int i = 0; i < plane; i++) {
      int pixel = pixels[i];
      out[at + i] = red[pixel >>> 24];
      out[at + plane + i] = green[pixel >>> 16 & 0xFF];
      out[at + 2 * plane + i] = blue[pixel >>> 8 & 0xFF];
    }
  }

  /** Writes {@code [3, height, width]} from a byte on, in native order. */
  public void write(PackedImage image, MemorySegment out, long at) {
    int[] pixels = image.pixels();
    long plane = (long) pixels.length * Float.BYTES;
    float[] red = table[0];
    float[] green = table[1];
    float[] blue = table[2];
    for (int i = 0; i < pixels.length; i++) {
      int pixel = pixels[i];
      long to = at + (long) i * Float.BYTES;
      out.set(ValueLayout.JAVA_FLOAT, to, red[pixel >>> 24]);
      out.set(ValueLayout.JAVA_FLOAT, to + plane, green[pixel >>> 16 & 0xFF]);
      out.set(ValueLayout.JAVA_FLOAT, to + 2 * plane, blue[pixel >>> 8 & 0xFF]);
    }
  }
}
