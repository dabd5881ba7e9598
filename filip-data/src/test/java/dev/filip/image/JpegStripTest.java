package dev.filip.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JpegStripTest {
  @BeforeEach
  void theLibraryTellsItsNames() {
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    assumeThat(windows && !JpegStrip.isHere()).isFalse();
    assertThat(JpegStrip.isHere()).isTrue();
  }

  private static @Nullable PackedImage strip(byte[] file) throws UndecodableImage {
    return JpegStrip.decode(file, JpegFile.of(file));
  }

  private static void requireSame(@Nullable PackedImage found, @Nullable PackedImage other) {
    PackedImage image = Objects.requireNonNull(found);
    PackedImage wanted = Objects.requireNonNull(other);
    assertThat(image.width()).isEqualTo(wanted.width());
    assertThat(image.height()).isEqualTo(wanted.height());
    assertThat(image.stored()).isEqualTo(wanted.stored());
    assertThat(Arrays.equals(image.pixels(), wanted.pixels())).isTrue();
  }

  private static byte[] made(int width, int height, int quality) {
    return ImageEncoder.encode(Pictures.checked(width, height), ImageEncoder.Format.JPG, quality);
  }

  @ParameterizedTest
  @CsvSource({"1,1,90", "7,3,95", "16,16,50", "17,33,75", "640,480,88", "3,500,99", "1201,9,100"})
  void pixelsAreLeptonicas(int width, int height, int quality) throws Exception {
    byte[] file = made(width, height, quality);
    requireSame(strip(file), Leptonica.jpeg(file));
  }

  /** Pillow's: of each sampling, gray, RGB, progressive, CMYK, turned. */
  @ParameterizedTest
  @CsvSource({
    "jpeg-420.jpg,true", "jpeg-422.jpg,true", "jpeg-444.jpg,true", "jpeg-1x1.jpg,true",
    "exif-6.jpg,true", "jpeg-411.jpg,true", "jpeg-gray.jpg,false", "jpeg-rgb.jpg,false",
    "jpeg-progressive.jpg,false", "cmyk.jpg,false"
  })
  void commonFilesAreTakenAndOthersLeft(String name, boolean taken) throws Exception {
    byte[] file = Files.readAllBytes(Goldens.path("decode/" + name));
    PackedImage image = strip(file);
    assertThat(image != null).isEqualTo(taken);
    if (taken) {
      requireSame(image, Leptonica.jpeg(file));
    }
  }

  /** A byte changed anywhere: what is decoded is leptonica's, and what it refuses is refused. */
  @Test
  void damagedFilesGiveTheSame() throws Throwable {
    byte[] file = made(70, 50, 80);
    SplittableRandom random = new SplittableRandom(11);
    NativeErrors.silently(() -> {
      int decoded = 0;
      for (int i = 0; i < 3000; i++) {
        byte[] damaged = file.clone();
        int at = i < 1200 ? 2 + i % 620 : random.nextInt(2, file.length);
        damaged[at] = (byte) random.nextInt(256);
        if (compare(damaged)) {
          decoded++;
        }
      }
      assertThat(decoded).isGreaterThan(1000);
    });
  }

  private static boolean compare(byte[] file) {
    PackedImage ours;
    try {
      JpegFile jpeg = JpegFile.of(file);
      if (jpeg.width() == 0
          || jpeg.height() == 0
          || (long) jpeg.width() * jpeg.height() > 1 << 22) {
        return false; // refused before they are decoded
      }
      ours = jpeg.whole() ? JpegStrip.decode(file, jpeg) : null; // as the decoder asks
    } catch (UndecodableImage | IndexOutOfBoundsException e) {
      return false;
    }
    if (ours == null) {
      return false;
    }
    requireSame(ours, Leptonica.jpeg(file));
    return true;
  }

  @Test
  void cutFilesAreRefused() throws IOException {
    byte[] file = made(64, 48, 90);
    for (int length = 1; length < file.length; length += 7) {
      byte[] cut = Arrays.copyOf(file, length);
      assertThatThrownBy(() -> ImageDecoder.decode(cut, DecodeOptions.DEFAULT))
          .as("%d bytes", length)
          .isInstanceOf(UndecodableImage.class);
    }
  }

  @Test
  void threadsDoNotMix() throws Exception {
    byte[] one = made(90, 61, 90);
    byte[] two = made(61, 90, 70);
    PackedImage first = Leptonica.jpeg(one);
    PackedImage second = Leptonica.jpeg(two);
    Thread[] threads = new Thread[8];
    java.util.concurrent.atomic.AtomicInteger right =
        new java.util.concurrent.atomic.AtomicInteger();
    for (int t = 0; t < threads.length; t++) {
      threads[t] =
          Thread.ofVirtual()
              .start(() -> {
                for (int i = 0; i < 100; i++) {
                  if (same(one, first) && same(two, second)) {
                    right.incrementAndGet();
                  }
                }
              });
    }
    for (Thread thread : threads) {
      thread.join();
    }
    assertThat(right).hasValue(threads.length * 100);
  }

  private static boolean same(byte[] file, @Nullable PackedImage wanted) {
    try {
      PackedImage image = strip(file);
      return image != null
          && wanted != null
          && image.width() == wanted.width()
          && Arrays.equals(image.pixels(), wanted.pixels());
    } catch (UndecodableImage e) {
      return false;
    }
  }
}
