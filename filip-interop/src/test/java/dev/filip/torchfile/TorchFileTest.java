package dev.filip.torchfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.checkpoint.Safetensors;
import dev.filip.io.BadInput;
import dev.filip.pickle.PickleBag;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import dev.filip.torchfile.TorchFile.Form;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of compat/make_import_goldens.py, and hostile ones written here by hand. */
class TorchFileTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/import");

  @TempDir Path folder;

  @Test
  void aTrainingCheckpointIsReadWithItsPlainValues() {
    try (TorchFile file = TorchFile.open(GOLDEN.resolve("checkpoint.pt"))) {
      assertThat(file.form()).isEqualTo(Form.ZIP);
      Map<?, ?> root = (Map<?, ?>) file.root();
      assertThat(root.get("epoch")).isEqualTo(3L);
      assertThat(root.get("name")).isEqualTo("tiny");
      assertThat(root.get("best")).isInstanceOf(PickleBag.class);
      assertThat((Map<?, ?>) root.get("optimizer")).hasSize(2);
      assertThat(tensor(root, "state_dict", "module.visual.conv1.weight").shape())
          .containsExactly(16, 3, 4, 4);
    }
  }

  @Test
  void sharedStoragesStridesAndTheOlderFormGiveTheSameNumbers() {
    try (TorchFile checkpoint = TorchFile.open(GOLDEN.resolve("checkpoint.pt"));
        TorchFile legacy = TorchFile.open(GOLDEN.resolve("legacy.pt"));
        var _ = new StepScope()) {
      assertThat(legacy.form()).isEqualTo(Form.LEGACY);
      Map<?, ?> old = (Map<?, ?>) legacy.root();
      assertThat(tensor(old, "text_projection").contiguous()).isFalse();
      assertThat(tensor(old, "visual.ln_pre.bias").offset()).isEqualTo(16);
      Map<?, ?> fresh = (Map<?, ?>) value((Map<?, ?>) checkpoint.root(), "state_dict");
      assertThat(old).hasSameSizeAs(fresh);
      for (Object name : old.keySet()) {
        assertThat(Tensors.toFloats(legacy.tensor(tensor(old, (String) name))))
            .as("%s", name)
            .isEqualTo(Tensors.toFloats(checkpoint.tensor(tensor(fresh, "module." + name))));
      }
    }
  }

  @Test
  void aTorchScriptArchiveIsItsModulesAttributes() {
    try (TorchFile file = TorchFile.open(GOLDEN.resolve("openai.pt"));
        Safetensors same =
            Safetensors.open(GOLDEN.resolve("open_clip_hub/open_clip_model.safetensors"));
        var _ = new StepScope()) {
      assertThat(file.form()).isEqualTo(Form.TORCHSCRIPT);
      PickleBag model = (PickleBag) file.root();
      PickleBag visual = (PickleBag) value(model.attributes(), "visual");
      assertThat(visual.type()).startsWith("__torch__.");
      PickledTensor proj = tensor(visual.attributes(), "proj");
      assertThat(proj.dtype()).hasToString("F16");
      assertThat(Tensors.toFloats(file.tensor(proj)))
          .isEqualTo(Tensors.toFloats(same.tensor("visual.proj")));
      assertThat(Tensors.toLongs(file.tensor(tensor(model.attributes(), "vocab_size"))))
          .containsExactly(40);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "cos\\nsystem\\n(X\\x02\\x00\\x00\\x00lstR.|os.system",
        "c__builtin__\\neval\\n)R.|__builtin__.eval",
        "X\\x05\\x00\\x00\\x00posixX\\x06\\x00\\x00\\x00system\\x93.|posix.system",
        "ctorch\\nload\\n.|torch.load",
        "ctorch.jit._pickle\\nunknown\\n.|torch.jit._pickle.unknown",
        "(i|opcode 0x69",
        "\\x82\\x01.|opcode 0x82",
        "P1\\n.|opcode 0x50",
        "0.|empty stack",
        "h\\x07.|memo 7",
        "t.|nobody opened",
        "}(]K\\x01u.|key is no text",
        "K\\x01K\\x02a.|no list",
        "\\x8e\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x7f.|truncated",
        "\\x8b\\xff\\xff\\xff\\x7f.|number of 2147483647",
        "\\x80\\x09.|protocol 9",
        "K\\x01|truncated",
      })
  void hostilePicklesEndInOneLine(String pickle, String reason) throws IOException {
    refused(zip(bytes(pickle), 16), reason);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 4, 1, needs numbers",
    "3, 2, 1, needs numbers",
    "0, 2, 4, needs numbers",
    "255, 1, 1, needs numbers",
  })
  void aTensorBeyondItsStorageIsRefused(int offset, int size, int stride, String reason)
      throws IOException {
    // a storage of 3 numbers: a view of one more, one that begins late, one that steps too far
    String id =
        "(X\\x07\\x00\\x00\\x00storagectorch\\nFloatStorage\\nX\\x01\\x00\\x00\\x000X\\x03\\x00\\x00\\x00cpuK\\x03tQ";
    String pickle =
        "ctorch._utils\\n_rebuild_tensor_v2\\n("
            + id
            + "K\\x%02x(K\\x%02xt(K\\x%02xt\\x89}tR.".formatted(offset, size, stride);
    refused(zip(bytes(pickle), 12), reason);
  }

  @Test
  void aStorageLargerThanItsEntryIsRefused() throws IOException {
    String pickle =
        "(X\\x07\\x00\\x00\\x00storagectorch\\nFloatStorage\\nX\\x01\\x00\\x00\\x000X\\x03\\x00\\x00\\x00cpuK\\x05tQ.";
    refused(zip(bytes(pickle), 16), "needs 5 numbers of F32 in storage 0 of 16 bytes");
    refused(
        zip(bytes(pickle.replace("\\x000X", "\\x009X")), 16), "data/9, which is not in the zip");
    refused(zip(bytes(pickle.replace("FloatStorage", "ComplexStorage")), 16), "ComplexStorage");
  }

  @Test
  void depthAndCyclesDoNoHarm() throws IOException {
    // a list in a list, a million deep, and one that holds itself
    ByteArrayOutputStream deep = new ByteArrayOutputStream();
    for (int i = 0; i < 1_000_000; i++) {
      deep.write(']');
    }
    for (int i = 0; i < 999_999; i++) {
      deep.write('a');
    }
    deep.write('.');
    try (TorchFile file = TorchFile.open(zip(deep.toByteArray(), 4))) {
      assertThat(file.root()).isInstanceOf(java.util.List.class);
    }
    try (TorchFile file = TorchFile.open(zip(bytes("]q\\x00h\\x00a."), 4))) {
      assertThat(file.root()).isInstanceOf(java.util.List.class);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 40, 900, 5000, 40_000})
  void truncatedFilesAreRefused(int bytes) throws IOException {
    for (String name : new String[] {"legacy.pt", "custom_text.pt"}) {
      byte[] whole = Files.readAllBytes(GOLDEN.resolve(name));
      Path cut = Files.write(folder.resolve("cut.pt"), java.util.Arrays.copyOf(whole, bytes));
      assertThatThrownBy(() -> TorchFile.open(cut).close())
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("cut.pt");
    }
  }

  @Test
  void damagedBytesNeverDoMoreThanRefuse() throws IOException {
    byte[] whole = Files.readAllBytes(GOLDEN.resolve("legacy.pt"));
    int refused = 0;
    for (int at = 0; at < 4000; at += 7) {
      byte[] damaged = whole.clone();
      damaged[at] ^= (byte) (1 + at % 255);
      Path file = Files.write(folder.resolve("damaged.pt"), damaged);
      try (TorchFile opened = TorchFile.open(file)) {
        assertThat(opened.root()).isNotNull();
      } catch (BadInput e) {
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(100);
  }

  @Test
  void aBigPickleAndACompressedStorageAreRefused() throws IOException {
    refused(zip(new byte[(1 << 26) + 1], 4), "at most 67108864 are read");
    String pickle =
        "(X\\x07\\x00\\x00\\x00storagectorch\\nFloatStorage\\nX\\x01\\x00\\x00\\x000X\\x03\\x00\\x00\\x00cpuK\\x01tQ.";
    Path file = folder.resolve("deflated.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(bytes(pickle));
      zip.putNextEntry(new ZipEntry("a/data/0"));
      zip.write(new byte[4000]);
    }
    refused(file, "compressed storage 0");
    refused(Files.writeString(folder.resolve("text.pt"), "hello"), "file of torch.save");
  }

  private static void refused(Path file, String reason) {
    assertThatThrownBy(() -> TorchFile.open(file).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining(file.getFileName().toString())
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("\n");
  }

  private static PickledTensor tensor(Map<?, ?> map, String... path) {
    Map<?, ?> at = map;
    for (int i = 0; i < path.length - 1; i++) {
      at = (Map<?, ?>) value(at, path[i]);
    }
    return (PickledTensor) value(at, path[path.length - 1]);
  }

  private static Object value(Map<?, ?> map, String key) {
    return Objects.requireNonNull(map.get(key), key);
  }

  /** Stored, as torch.save does: the pickle and storage 0. */
  private Path zip(byte[] pickle, int storage) throws IOException {
    Path file = folder.resolve("hostile.pt");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
      stored(zip, "archive/data.pkl", pickle);
      stored(zip, "archive/data/0", new byte[storage]);
    }
    return file;
  }

  private static void stored(ZipOutputStream zip, String name, byte[] data) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(data);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(data.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(data);
  }

  /** Python's escapes {@code \n} and {@code \xHH}. */
  private static byte[] bytes(String text) {
    ByteBuffer out = ByteBuffer.allocate(text.length()).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < text.length(); i++) {
      if (text.startsWith("\\n", i)) {
        out.put((byte) '\n');
        i++;
      } else if (text.startsWith("\\x", i)) {
        out.put(HexFormat.of().parseHex(text.substring(i + 2, i + 4)));
        i += 3;
      } else {
        out.put(text.substring(i, i + 1).getBytes(StandardCharsets.ISO_8859_1));
      }
    }
    return java.util.Arrays.copyOf(out.array(), out.position());
  }
}
