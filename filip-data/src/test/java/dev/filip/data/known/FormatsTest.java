package dev.filip.data.known;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.image.DecodeOptions;
import dev.filip.image.ImageDecoder;
import dev.filip.image.RgbImage;
import dev.filip.image.UndecodableImage;
import dev.filip.io.BadInput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import us.hebi.matlab.mat.format.Mat5;

/** Pickles and MATLAB files, as Python writes them and broken (compat/make_dataset_goldens.py). */
class FormatsTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/known");

  @TempDir Path folder;

  private Path cifar(byte[] batch) throws IOException {
    FakeSets.cifar10(folder);
    Files.write(folder.resolve("cifar-10-batches-py/test_batch"), batch);
    return folder;
  }

  private static void assertPixels(Items items, int index, int number)
      throws IOException, UndecodableImage {
    RgbImage image = ImageDecoder.decode(items.image(index), DecodeOptions.DEFAULT);
    byte[] expected =
        Arrays.copyOfRange(FakeSets.pixels(number + 1), number * 3072, (number + 1) * 3072);
    assertThat(image.width()).isEqualTo(32);
    for (int p = 0; p < 1024; p++) {
      for (int c = 0; c < 3; c++) {
        assertThat(image.rgb()[3 * p + c]).isEqualTo(expected[c * 1024 + p]);
      }
    }
  }

  @Test
  void picklesOfPythonTwo() throws Exception {
    FakeSets.cifar10(folder);
    KnownSet test = KnownSets.open("cifar10", folder, "test");
    assertThat(test.classes()).containsExactly("airplane", "automobile", "bird", "cat");
    assertThat(KnownSetsTest.labels(test)).containsExactly(1, 2, 3, 0);
    assertThat(KnownSetsTest.keys(test).getFirst()).isEqualTo("test_batch_s_0.png");
    assertPixels(test.items(), 2, 2);
    assertThat(KnownSets.open("cifar10", folder, "train").items().size()).isEqualTo(20);
    FakeSets.cifar100(folder);
    KnownSet hundred = KnownSets.open("cifar100", folder, "train");
    assertThat(hundred.classes()).contains("aquarium fish");
    assertThat(hundred.rawClasses()).contains("aquarium_fish");
    assertThat(KnownSetsTest.labels(hundred)).containsExactly(1, 2, 0, 1, 2, 0);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5})
  void picklesOfPythonThree(int protocol) throws Exception {
    byte[] batch = Files.readAllBytes(GOLDEN.resolve("cifar-protocol" + protocol + ".pickle"));
    KnownSet test = KnownSets.open("cifar10", cifar(batch), "test");
    assertThat(KnownSetsTest.labels(test)).containsExactly(2, 0);
    assertThat(KnownSetsTest.keys(test)).containsExactly("a_é.png", "b.png");
    assertPixels(test.items(), 1, 1);
  }

  @Test
  void anArrayByColumnsAndLabelsOfAnotherByteOrder() throws Exception {
    byte[] batch = Files.readAllBytes(GOLDEN.resolve("cifar-columns.pickle"));
    KnownSet test = KnownSets.open("cifar10", cifar(batch), "test");
    assertThat(KnownSetsTest.labels(test)).containsExactly(2, 0);
    assertThat(KnownSetsTest.keys(test)).containsExactly("test_batch/0", "test_batch/1");
    assertPixels(test.items(), 1, 1);
  }

  @Test
  void theBinaryFormHasTheSame() throws Exception {
    FakeSets.binaryCifar(folder);
    KnownSet ten = KnownSets.open("cifar10", folder, "train");
    assertThat(ten.items().size()).isEqualTo(20);
    assertThat(KnownSetsTest.labels(ten).subList(0, 4)).containsExactly(0, 1, 2, 0);
    assertThat(KnownSetsTest.keys(ten)).contains("data_batch_5/3");
    assertPixels(ten.items(), 5, 1);
    KnownSet hundred = KnownSets.open("cifar100", folder, "test");
    assertThat(KnownSetsTest.labels(hundred)).containsExactly(0, 1, 0, 1, 0);
    assertPixels(hundred.items(), 4, 4);
    Path file = folder.resolve("cifar-100-binary/test.bin");
    Files.write(file, Arrays.copyOf(Files.readAllBytes(file), 5000));
    assertThatThrownBy(() -> KnownSets.open("cifar100", folder, "test"))
        .hasMessageContaining("test.bin: bytes must be a multiple of 3074, got 5000");
  }

  @Test
  void aPickleThatWantsToRunSomethingIsRefused() throws IOException {
    byte[] hostile = "cos\nsystem\n(S'touch owned'\ntR.".getBytes(StandardCharsets.US_ASCII);
    assertThatThrownBy(() -> KnownSets.open("cifar10", cifar(hostile), "test"))
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("refers to os.system")
        .hasMessageContaining("nothing was executed");
  }

  @Test
  void labelsThatDoNotFitAreRefused() throws IOException {
    var rows = new FakePickles.Rows(3072, FakeSets.pixels(2));
    byte[] few = FakePickles.of(Map.of("data", rows, "labels", List.of(1)));
    assertThatThrownBy(() -> KnownSets.open("cifar10", cifar(few), "test"))
        .hasMessageContaining("labels must be one for each of 2 images, got 1");
    byte[] high = FakePickles.of(Map.of("data", rows, "labels", List.of(1, 9)));
    assertThatThrownBy(() -> KnownSets.open("cifar10", cifar(high), "test"))
        .hasMessageContaining("label of image 1 must be below the number of classes, 4, got 9");
  }

  @Test
  void aDamagedPickleIsOneLine() throws IOException {
    byte[] good = Files.readAllBytes(GOLDEN.resolve("cifar-protocol4.pickle"));
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 200; i++) {
      byte[] bad = Arrays.copyOf(good, 1 + random.nextInt(good.length));
      bad[random.nextInt(bad.length)] ^= (byte) (1 << random.nextInt(8));
      try {
        KnownSets.open("cifar10", cifar(bad), "test");
      } catch (BadInput e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "packed"})
  void matFilesOfScipy(String kind) {
    MatFile file = MatFile.read(GOLDEN.resolve("cars-" + kind + ".mat"));
    MatFile.Structs cars = file.structs("annotations");
    assertThat(cars.size()).isEqualTo(3);
    assertThat(cars.text("fname", 0)).isEqualTo("00003.jpg");
    assertThat(cars.whole("class", 0)).isEqualTo(3);
    assertThat(cars.text("fname", 2)).isEqualTo("00002.jpg");
    assertThat(cars.whole("class", 2)).isEqualTo(1);
    assertThat(file.texts("class_names")).endsWith("Ram C/V Cargo Van").hasSize(3);
    assertThatThrownBy(() -> file.wholes("class_names"))
        .hasMessageContaining("class_names is no list of numbers");
    assertThatThrownBy(() -> file.wholes("nothing")).hasMessageContaining("has no array nothing");
    assertThatThrownBy(() -> cars.text("colour", 0)).hasMessageContaining("has no field colour");
  }

  @ParameterizedTest
  @ValueSource(strings = {"plain", "packed"})
  void aDamagedMatFileIsOneLine(String kind) throws IOException {
    byte[] good = Files.readAllBytes(GOLDEN.resolve("cars-" + kind + ".mat"));
    SplittableRandom random = new SplittableRandom(7);
    int refused = 0;
    for (int i = 0; i < 300; i++) {
      byte[] bad = i % 3 == 0 ? Arrays.copyOf(good, random.nextInt(good.length)) : good.clone();
      for (int k = 0; k < 3 && bad.length > 0; k++) {
        bad[random.nextInt(bad.length)] = (byte) random.nextInt(256);
      }
      Path file = Files.write(folder.resolve("bad.mat"), bad);
      try {
        MatFile.Structs cars = MatFile.read(file).structs("annotations");
        for (int c = 0; c < Math.min(10, cars.size()); c++) {
          cars.text("fname", c);
          cars.whole("class", c);
        }
      } catch (BadInput e) {
        refused++;
        assertThat(e.getMessage()).startsWith(file.toString()).doesNotContain("\n");
      }
    }
    assertThat(refused).isGreaterThan(50);
  }

  @Test
  void aLargeMatFileIsRefusedUnread() throws IOException {
    Path file = folder.resolve("large.mat");
    try (var channel =
        java.nio.channels.FileChannel.open(
            file,
            java.nio.file.StandardOpenOption.CREATE,
            java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(java.nio.ByteBuffer.allocate(1), 100_000_000);
    }
    assertThatThrownBy(() -> MatFile.read(file)).hasMessageContaining("at most 67108864 are read");
    Files.writeString(file, "MATLAB 7.3 MAT-file, written as HDF5");
    assertThatThrownBy(() -> MatFile.read(file)).isInstanceOf(BadInput.class);
  }

  @Test
  void aNumberThatIsNotWholeIsRefused() throws IOException {
    Path file = folder.resolve("half.mat");
    var half = Mat5.newMatrix(1, 1);
    half.setDouble(0, 0, 1.5);
    Mat5.writeToFile(Mat5.newMatFile().addArray("labels", half), file.toFile());
    assertThatThrownBy(() -> MatFile.read(file).wholes("labels"))
        .hasMessageContaining("labels holds 1.5, which is no whole number");
  }
}
