package dev.filip.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.filip.folder.Dtype;
import dev.filip.io.BadInput;
import dev.filip.tensor.Natives;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SafetensorsTest {
  @TempDir Path folder;

  @BeforeAll
  static void natives() {
    Natives.load();
  }

  @ParameterizedTest
  @EnumSource(Dtype.class)
  void everyTypeComesBackBitEqual(Dtype dtype) throws IOException {
    Path file = folder.resolve("a.safetensors");
    try (var _ = new StepScope()) {
      Tensor values =
          Tensors.fromFloats(new float[] {0, 1, 2, 1, 0, 1}, 2, 3).to(TorchTypes.of(dtype));
      Tensor scalar = Tensors.fromFloats(new float[] {1}).to(TorchTypes.of(dtype));
      Tensor none = Tensors.empty(TorchTypes.of(dtype), 0, 4);
      Map<String, Tensor> tensors = new LinkedHashMap<>();
      tensors.put("scalar", scalar);
      tensors.put("none", none);
      tensors.put("turned", values.t());
      tensors.put("values", values);
      Safetensors.write(file, tensors, Map.of("format", "test", "é", "\"x\""));
      try (Safetensors read = Safetensors.open(file)) {
        assertThat(read.metadata()).isEqualTo(Map.of("format", "test", "é", "\"x\""));
        assertThat(read.tensors().keySet()).isEqualTo(tensors.keySet());
        assertThat(bytes(read.tensor("values"))).isEqualTo(bytes(values));
        assertThat(bytes(read.tensor("turned"))).isEqualTo(bytes(values.t().contiguous()));
        assertThat(Tensors.shape(read.tensor("turned"))).containsExactly(3, 2);
        assertThat(Tensors.shape(read.tensor("scalar"))).isEmpty();
        assertThat(read.tensor("scalar").scalar_type().intern()).isEqualTo(TorchTypes.of(dtype));
        assertThat(Tensors.shape(read.tensor("none"))).containsExactly(0, 4);
      }
    }
    assertThat(folder.toFile().list()).containsExactly("a.safetensors");
  }

  private static byte[] bytes(Tensor t) {
    return Tensors.bytes(t).toArray(ValueLayout.JAVA_BYTE);
  }

  private Path craft(String header, int data) throws IOException {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + data).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putLong(json.length).put(json);
    return Files.write(folder.resolve("bad.safetensors"), bytes.array());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}} | 4 | tensor a: it ends at byte 8 but the file holds 4
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}} | 4 | tensor a: its offsets span 4 bytes, its shape needs 8
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}} | 8 | tensor a: data_offsets must be [begin, end]
          {"a":{"dtype":"F32","shape":[2]}} | 8 | tensor a: data_offsets is missing
          {"a":{"dtype":"F9","shape":[2],"data_offsets":[0,8]}} | 8 | tensor a: dtype F9 is not supported
          {"a":{"shape":[2],"data_offsets":[0,8]}} | 8 | tensor a: dtype is missing
          {"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}} | 8 | tensor a: shape holds -2
          {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,8]}} | 8 | tensor a: shape holds 1.5
          {"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}} | 0 | tensor a: its shape is too large
          {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}} | 6 | tensor b: it overlaps
          {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[6,10]}} | 10 | tensor b: bytes 4 to 6 before it belong to no tensor
          {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} | 9 | the last 5 bytes belong to no tensor
          {"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}} | 4 | Duplicate field
          {"__metadata__":{"x":3}} | 0 | __metadata__ x is not a string
          {"__metadata__":[]} | 0 | __metadata__ is not an object
          [1,2] | 0 | the header is not a JSON object
          {"a": | 0 | the header is not valid JSON
          """)
  void damagedHeadersAreRefusedWithFileTensorAndReason(String header, int data, String reason)
      throws IOException {
    Path file = craft(header, data);
    assertThatThrownBy(() -> Safetensors.open(file).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("bad.safetensors")
        .hasMessageContaining(reason)
        .message()
        .doesNotContain("\n");
  }

  @Test
  void everyTruncationIsRefused() throws IOException {
    Path file = folder.resolve("whole.safetensors");
    try (var _ = new StepScope()) {
      Tensor t = Tensors.fromFloats(new float[] {1, 2, 3}, 3);
      Safetensors.write(file, Map.of("a", t), Map.of());
    }
    byte[] whole = Files.readAllBytes(file);
    for (int size = 0; size < whole.length; size++) {
      Path cut = Files.write(folder.resolve("cut.safetensors"), Arrays.copyOf(whole, size));
      assertThatThrownBy(() -> Safetensors.open(cut).close())
          .as("first %d bytes", size)
          .isInstanceOf(BadInput.class)
          .hasMessageContaining("cut.safetensors");
    }
  }

  @Test
  void foreignFilesAreRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("x.safetensors"), "PK\3\4 a zip, not safetensors");
    assertThatThrownBy(() -> Safetensors.open(text).close()).isInstanceOf(BadInput.class);
    assertThatThrownBy(() -> Safetensors.open(folder.resolve("none")).close())
        .isInstanceOf(BadInput.class)
        .hasMessageContaining("there is no such file");
    assertThatThrownBy(() -> Safetensors.open(folder).close()).isInstanceOf(BadInput.class);
  }

  @Test
  void aTypeThatTheFormatLacksIsAProgrammingError() {
    try (var _ = new StepScope()) {
      Tensor complex = Tensors.empty(ScalarType.ComplexFloat, 2);
      assertThatThrownBy(
              () -> Safetensors.write(folder.resolve("c"), Map.of("c", complex), Map.of()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
