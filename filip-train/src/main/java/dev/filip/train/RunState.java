package dev.filip.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import dev.filip.tensor.LossScale;
import dev.filip.tensor.StepScope;
import dev.filip.tensor.Tensors;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Base64;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint knows besides tensors: {@code state.json}.
 *
 * @param step steps done; the schedule's position
 * @param updates of the weights among them: fp16 leaves out steps that overflow
 * @param config the run's canonical config
 * @param world ranks of the run that wrote it; another number may go on
 * @param parallelism of the towers; other numbers give other bits
 * @param precision of the towers, as chosen
 * @param lossScale for fp16, else {@link LossScale.State#NONE}
 * @param cursor of the data
 * @param data its shape; missing where the checkpoint is older
 * @param random the native generator's state
 * @param best the best evaluation so far, or null
 */
record RunState(
    long step,
    long updates,
    JsonNode config,
    int world,
    Parallelism parallelism,
    String precision,
    LossScale.State lossScale,
    JsonNode cursor,
    JsonNode data,
    byte[] random,
    TrainResult.@Nullable Best best) {
  /** Its file in a checkpoint. */
  static final String FILE = "state.json";

  private static final String FORMAT = "filip-checkpoint/1";

  ObjectNode toJson() {
    ObjectNode json = Json.object().put("format", FORMAT).put("step", step);
    json.put("updates", updates).put("checksums", Checksums.FILE).put("world", world);
    json.put("shards", parallelism.shards()).put("threads", parallelism.threads());
    json.put("precision", precision);
    json.put("loss_scale", lossScale.scale()).put("loss_scale_steps", lossScale.good());
    json.set("cursor", cursor);
    json.set("data", data);
    if (best != null) {
      json.set("best", best.toJson());
    }
    json.set("config", config);
    return json.put("random", Base64.getEncoder().encodeToString(random));
  }

  /**
   * Reads one; what an older checkpoint does not have is taken as it was then.
   *
   * @throws BadInput where it is none: one line
   */
  static RunState read(Path file) {
    JsonNode json = Json.read(file);
    if (!json.path("format").asText().equals(FORMAT)) {
      throw BadInput.of(file + ": format", json.path("format"), FORMAT);
    }
    long step = whole(file, json, "step");
    return new RunState(
        step,
        json.path("updates").asLong(step),
        object(file, json, "config"),
        json.path("world").asInt(1),
        new Parallelism(json.path("shards").asInt(1), json.path("threads").asInt(1)),
        json.path("precision").asText(),
        new LossScale.State(
            json.path("loss_scale").asDouble(1), json.path("loss_scale_steps").asInt(0)),
        object(file, json, "cursor"),
        json.path("data"),
        random(file, json),
        TrainResult.Best.of(json.path("best")));
  }

  /** Whether this checkpoint was written with checksums, as far as can be read. */
  static boolean hasChecksums(Path file) {
    return Json.read(file).has("checksums");
  }

  private static long whole(Path file, JsonNode json, String key) {
    JsonNode value = json.path(key);
    if (!value.canConvertToLong() || value.longValue() < 0) {
      throw BadInput.of(file + ": " + key, value, "a whole number >= 0");
    }
    return value.longValue();
  }

  private static JsonNode object(Path file, JsonNode json, String key) {
    if (!json.path(key).isObject()) {
      throw BadInput.of(file + ": " + key, json.path(key), "an object");
    }
    return json.path(key);
  }

  private static byte[] random(Path file, JsonNode json) {
    try {
      return Base64.getDecoder().decode(json.path("random").asText());
    } catch (IllegalArgumentException e) {
      throw new BadInput(file + ": random is not base64", e);
    }
  }

  /** The state of libtorch's default CPU generator as bytes. */
  static final class Generator {
    private Generator() {}

    static byte[] get() {
      try (var _ = new StepScope()) {
        Tensor state = torch.getDefaultCPUGenerator().get_state().contiguous();
        return Tensors.bytes(state).toArray(ValueLayout.JAVA_BYTE);
      }
    }

    static void set(byte[] bytes) {
      try (var _ = new StepScope()) {
        Tensor state = torch.zeros_like(torch.getDefaultCPUGenerator().get_state());
        if (state.numel() != bytes.length || state.scalar_type().intern() != ScalarType.Byte) {
          throw new IllegalArgumentException("a generator state has " + state.numel() + " bytes");
        }
        MemorySegment.copy(bytes, 0, Tensors.bytes(state), ValueLayout.JAVA_BYTE, 0, bytes.length);
        torch.getDefaultCPUGenerator().set_state(state);
      }
    }
  }
}
