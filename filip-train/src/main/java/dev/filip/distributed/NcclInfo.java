package dev.filip.distributed;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.filip.io.BadInput;
import dev.filip.io.Json;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * NCCL as several GPUs of this machine would find it, for {@code filip doctor}; it needs no GPU.
 * Immutable.
 *
 * @param found its version, such as {@code 2.32.3}; empty where there is none
 * @param problem one line, or empty
 */
public record NcclInfo(String found, String problem) {
  /**
   * Looked for on Linux, where NCCL is, if libtorch is CUDA's or {@code FILIP_NCCL} names a file.
   *
   * @param cudaBuild whether libtorch's natives are those for GPUs
   */
  public static Optional<NcclInfo> examine(boolean cudaBuild) {
    return examine(cudaBuild, System.getProperty("os.name"), System.getenv());
  }

  static Optional<NcclInfo> examine(boolean cudaBuild, String os, Map<String, String> environment) {
    @Nullable String given = environment.get(Nccl.LIBRARY);
    boolean named = given != null && !given.isBlank();
    return os.toLowerCase(Locale.ROOT).contains("linux") && (cudaBuild || named)
        ? Optional.of(of(() -> Nccl.find(environment)))
        : Optional.empty();
  }

  static NcclInfo of(Supplier<Nccl> library) {
    try {
      return new NcclInfo(library.get().version(), "");
    } catch (BadInput | IllegalStateException e) {
      return new NcclInfo("", String.valueOf(e.getMessage()));
    }
  }

  /** Both. */
  public ObjectNode toJson() {
    return Json.object().put("found", found).put("problem", problem);
  }

  /** One line. */
  public String toText() {
    return problem.isEmpty() ? found + " found" : "none: " + problem;
  }
}
