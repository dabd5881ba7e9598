package dev.filip.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a stand-in for JavaCPP's loader; filip-model races two processes on the real one. */
class NativeCacheTest {
  private static final List<String> PROBE = List.of(Good.class.getName());
  private static final List<String> LOADER = List.of("org/bytedeco/javacpp/Loader.class");
  @TempDir Path root;

  static final class Good {}

  static final class Broken {}

  @Test
  void whatTheChildUnpackedIsPublishedOnceAndWhole() throws IOException {
    NativeCache.ensure(root, "fake-1", PROBE, LOADER);
    Path jar = root.resolve("fake.jar/os");
    assertThat(jar.resolve("lib.so")).hasContent("half and half");
    assertThat(Files.readSymbolicLink(jar.resolve("absolute.so"))).isEqualTo(jar.resolve("lib.so"));
    assertThat(Files.readSymbolicLink(jar.resolve("relative.so"))).isEqualTo(Path.of("lib.so"));
    assertThat(root.toFile().list())
        .containsExactlyInAnyOrder("fake.jar", "fake-1.complete", "lock");

    Files.delete(jar.resolve("lib.so"));
    NativeCache.ensure(root, "fake-1", PROBE, LOADER);
    assertThat(jar.resolve("lib.so")).doesNotExist();
  }

  /** The links from libtorch to its BLAS lie in the cache: one folder for each BLAS. */
  @Test
  void anotherBlasHasAFolderOfItsOwn() {
    Map<String, String> properties =
        Map.of("filip.natives", root.toString(), "org.bytedeco.openblas.load", "mkl");
    Map<String, String> before = new HashMap<>();
    properties.keySet().forEach(key -> before.put(key, System.getProperty(key, "")));
    try {
      properties.forEach(System::setProperty);
      assertThat(NativeCache.root()).isEqualTo(root.resolve("blas-mkl"));
      System.setProperty("filip.natives", root.resolve("blas-mkl").toString());
      assertThat(NativeCache.root()).isEqualTo(root.resolve("blas-mkl"));
      System.setProperty("org.bytedeco.openblas.load", " ");
      System.setProperty("filip.natives", root.toString());
      assertThat(NativeCache.root()).isEqualTo(root);
    } finally {
      before.forEach((key, value) -> {
        if (value.isEmpty()) {
          System.clearProperty(key);
        } else {
          System.setProperty(key, value);
        }
      });
    }
  }

  @Test
  void callersThatRaceUnpackOnce() throws Exception {
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      List<Future<?>> all = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        all.add(pool.submit(() -> NativeCache.ensure(root, "fake-1", PROBE, LOADER)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
    String[] runs = root.resolve("fake.jar/os").toFile().list((_, name) -> name.startsWith("run-"));
    assertThat(runs).hasSize(1);
  }

  @Test
  void aSecondBundleAddsToTheSameFolderAndReplacesNothing() throws IOException {
    Path lib = root.resolve("fake.jar/os/lib.so");
    Files.createDirectories(lib.resolveSibling(""));
    Files.writeString(lib, "published before and mapped by a running process");
    NativeCache.ensure(root, "fake-2", PROBE, LOADER);
    assertThat(lib).hasContent("published before and mapped by a running process");
    assertThat(lib.resolveSibling("relative.so")).exists();
  }

  @Test
  void aFailedUnpackingSaysWhyAndLeavesNothing() {
    assertThatThrownBy(
            () -> NativeCache.ensure(root, "fake-1", List.of(Broken.class.getName()), LOADER))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("cannot unpack the native libraries into " + root)
        .hasMessageContaining("no space left on device");
    assertThat(root.toFile().list()).containsExactly("lock");
    NativeCache.ensure(root, "fake-1", PROBE, LOADER);
    assertThat(root.resolve("fake-1.complete")).exists();
  }

  @Test
  void whatAKilledUnpackerLeftIsRemovedOnceItIsOld() throws IOException {
    Path old = Files.createDirectories(root.resolve("unpacking-1"));
    Files.writeString(old.resolve("lib.so"), "ha");
    Files.setLastModifiedTime(old, FileTime.fromMillis(System.currentTimeMillis() - 3_600_000));
    Path young = Files.createDirectories(root.resolve("unpacking-2"));
    NativeCache.ensure(root, "fake-1", PROBE, LOADER);
    assertThat(old).doesNotExist();
    assertThat(young).exists();
    assertThat(root.resolve("fake.jar/os/lib.so")).hasContent("half and half");
  }

  @Test
  void aMissingJarIsNamed() {
    assertThatThrownBy(
            () -> NativeCache.ensure(root, "fake-1", PROBE, List.of("org/bytedeco/none/lib.so")))
        .hasMessageContaining("org/bytedeco/none/lib.so is not on the class path");
  }

  @Test
  void aFolderThatRunsNoCodeIsNamedInsteadOfTheLibrary() {
    IllegalStateException other = new IllegalStateException("no jnitorch in java.library.path");
    assertThat(NativeCache.allowsCode(root)).isTrue();
    assertThat(NativeCache.unloadable(root, other)).isSameAs(other);
    assertThat(NativeCache.noCode(root))
        .isInstanceOf(BadInput.class)
        .hasMessage(
            root
                + " does not allow running code (mounted noexec?): name another folder for the"
                + " native libraries in FILIP_NATIVES");
    assertThat(root).isEmptyDirectory();
  }
}
