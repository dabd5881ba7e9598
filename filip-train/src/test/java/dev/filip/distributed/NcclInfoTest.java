package dev.filip.distributed;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the doctor says of NCCL, by one that is played. */
class NcclInfoTest {
  @Test
  void oneThatIsThereIsNamedByItsVersion() {
    NcclInfo info = NcclInfo.of(() -> new Nccl("played", new PlayedNccl()));
    assertThat(info).isEqualTo(new NcclInfo("2.32.3", ""));
    assertThat(info.toText()).isEqualTo("2.32.3 found");
    assertThat(info.toJson()).hasToString("{\"found\":\"2.32.3\",\"problem\":\"\"}");
    assertThat(NcclInfo.of(() -> new Nccl("played", new PlayedNccl(22_706))).found())
        .isEqualTo("2.27.6");
  }

  @Test
  void oneThatLacksAFunctionSaysWhich() {
    NcclInfo info =
        NcclInfo.of(() -> new Nccl("old.so", new PlayedNccl().without("ncclCommAbort")));
    assertThat(info.found()).isEmpty();
    assertThat(info.toText())
        .isEqualTo("none: old.so is no NCCL 2.4 or newer: it has no ncclCommAbort");
  }

  @Test
  void itIsLookedForWhereGpusMayNeedIt() {
    Map<String, String> named = Map.of("FILIP_NCCL", "/nowhere/libnccl.so.2");
    assertThat(NcclInfo.examine(true, "Linux", named).orElseThrow().problem())
        .contains("/nowhere/libnccl.so.2", "FILIP_NCCL")
        .doesNotContain("\n");
    assertThat(NcclInfo.examine(false, "Linux", named)).isPresent();
    assertThat(NcclInfo.examine(false, "Linux", Map.of())).isEmpty();
    assertThat(NcclInfo.examine(true, "Windows 11", named)).isEmpty();
  }
}
