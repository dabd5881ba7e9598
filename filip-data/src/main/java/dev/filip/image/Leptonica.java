package dev.filip.image;

import static org.bytedeco.leptonica.global.leptonica.L_JPEG_CONTINUE_WITH_BAD_DATA;
import static org.bytedeco.leptonica.global.leptonica.L_SEVERITY_NONE;
import static org.bytedeco.leptonica.global.leptonica.lept_free;
import static org.bytedeco.leptonica.global.leptonica.pixConvertTo32;
import static org.bytedeco.leptonica.global.leptonica.pixCreate;
import static org.bytedeco.leptonica.global.leptonica.pixDestroy;
import static org.bytedeco.leptonica.global.leptonica.pixGetData;
import static org.bytedeco.leptonica.global.leptonica.pixGetDepth;
import static org.bytedeco.leptonica.global.leptonica.pixGetHeight;
import static org.bytedeco.leptonica.global.leptonica.pixGetSpp;
import static org.bytedeco.leptonica.global.leptonica.pixGetWidth;
import static org.bytedeco.leptonica.global.leptonica.pixReadMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.pixWriteMemJpeg;
import static org.bytedeco.leptonica.global.leptonica.pixWriteMemPng;
import static org.bytedeco.leptonica.global.leptonica.pixWriteMemWebP;
import static org.bytedeco.leptonica.global.leptonica.setMsgSeverity;

import dev.filip.io.NativeCache;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.IntPointer;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.PointerPointer;
import org.bytedeco.javacpp.SizeTPointer;
import org.bytedeco.leptonica.PIX;
import org.jspecify.annotations.Nullable;

/**
 * JPEG and WebP by leptonica (libjpeg-turbo and libwebp inside), equal to PIL's decoding.
 * Thread-safe. Needs its native library: {@link #read} unpacks and loads it at first use.
 */
final class Leptonica {
  private Leptonica() {}

  /** Unpacks and loads the library, where that was not done. */
  static void load() {
    Once.load();
  }

  /** Decodes a JPEG, or null when leptonica refuses; what libjpeg only warns of is taken. */
  static @Nullable PackedImage jpeg(byte[] file) {
    return read(
        file,
        (bytes, size) -> pixReadMemJpeg(bytes, size, 0, 1, null, L_JPEG_CONTINUE_WITH_BAD_DATA));
  }

  /** Decodes a WebP, or null when leptonica refuses (truncated files among others). */
  static @Nullable PackedImage webp(byte[] file) {
    return read(file, org.bytedeco.leptonica.global.leptonica::pixReadMemWebP);
  }

  private interface Reader {
    @Nullable PIX read(ByteBuffer bytes, long size);
  }

  private static @Nullable PackedImage read(byte[] file, Reader reader) {
    Once.load();
    ByteBuffer direct = ByteBuffer.allocateDirect(file.length).put(file).flip();
    PIX pix = reader.read(direct, file.length);
    if (pix == null || pix.isNull()) {
      return null;
    }
    try {
      if (pixGetDepth(pix) != 32) {
        PIX full = pixConvertTo32(pix);
        pixDestroy(pix);
        pix = full;
        if (pix == null || pix.isNull()) {
          return null;
        }
      }
      return copy(pix);
    } finally {
      if (pix != null) {
        pixDestroy(pix);
      }
    }
  }

  /** Encodes; quality from 1 to 100. */
  static byte[] writeJpeg(PackedImage image, int quality) {
    return write(image, (data, size, pix) -> pixWriteMemJpeg(data, size, pix, quality, 0));
  }

  /** Encodes with loss; quality from 1 to 100. */
  static byte[] writeWebp(PackedImage image, int quality) {
    return write(image, (data, size, pix) -> pixWriteMemWebP(data, size, pix, quality, 0));
  }

  /** Encodes without loss. */
  static byte[] writePng(PackedImage image) {
    return write(image, (data, size, pix) -> pixWriteMemPng(data, size, pix, 0));
  }

  private interface Writer {
    int write(PointerPointer<BytePointer> data, SizeTPointer size, PIX pix);
  }

  private static byte[] write(PackedImage image, Writer writer) {
    Once.load();
    PIX pix = pixCreate(image.width(), image.height(), 32);
    if (pix == null || pix.isNull()) {
      throw new OutOfMemoryError("no room for a picture's pixels");
    }
    try (PointerPointer<BytePointer> data = new PointerPointer<>(1);
        SizeTPointer size = new SizeTPointer(1)) {
      new IntPointer(pixGetData(pix)).put(image.pixels(), 0, image.pixels().length);
      if (writer.write(data, size, pix) != 0) {
        throw new IllegalStateException("leptonica could not encode a picture");
      }
      BytePointer bytes = data.get(BytePointer.class, 0);
      byte[] file = new byte[Math.toIntExact(size.get())];
      bytes.get(file);
      lept_free(bytes);
      return file;
    } finally {
      pixDestroy(pix);
    }
  }

  private static PackedImage copy(PIX pix) {
    int width = pixGetWidth(pix);
    int height = pixGetHeight(pix);
    boolean alpha = pixGetSpp(pix) == 4;
    int[] pixels = new int[Math.multiplyExact(width, height)];
    new IntPointer(pixGetData(pix)).get(pixels);
    if (!alpha) {
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] |= 0xFF;
      }
    }
    return new PackedImage(
        width, height, pixels, alpha ? PackedImage.Stored.ALPHA_CHANNEL : PackedImage.Stored.PLAIN);
  }

  /** The holder idiom. */
  private static final class Once {
    private static final @Nullable RuntimeException FAILURE = tryToStart();

    static void load() {
      if (FAILURE != null) {
        throw FAILURE;
      }
    }

    private static @Nullable RuntimeException tryToStart() {
      try {
        start();
        return null;
      } catch (RuntimeException e) {
        return e;
      }
    }

    private static void start() {
      String platform = Loader.getPlatform();
      String library =
          "org/bytedeco/leptonica/" + platform + "/" + System.mapLibraryName("jnileptonica");
      String javacpp =
          "org/bytedeco/javacpp/" + platform + "/" + System.mapLibraryName("jnijavacpp");
      Path cache =
          NativeCache.ensure(
              "leptonica-" + version() + "-" + platform,
              List.of("org.bytedeco.leptonica.global.leptonica"),
              List.of("org/bytedeco/javacpp/Loader.class", javacpp, library));
      try {
        Loader.load(org.bytedeco.leptonica.global.leptonica.class);
      } catch (UnsatisfiedLinkError e) {
        throw NativeCache.unloadable(
            cache,
            new IllegalStateException(
                "cannot load leptonica from " + cache + ": " + e.getMessage(), e));
      }
      setMsgSeverity(L_SEVERITY_NONE); // its complaints go to standard error otherwise
    }

    private static String version() {
      String name = "META-INF/maven/org.bytedeco/leptonica/pom.properties";
      java.util.Properties properties = new java.util.Properties();
      try (var in = Leptonica.class.getClassLoader().getResourceAsStream(name)) {
        if (in != null) {
          properties.load(in);
        }
      } catch (java.io.IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
      return properties.getProperty("version", "unknown");
    }
  }
}
