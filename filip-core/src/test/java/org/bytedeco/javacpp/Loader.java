package org.bytedeco.javacpp;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A stand-in for JavaCPP's loader: unpacks slowly, in two halves, as the real one does. */
public final class Loader {
  private Loader() {}

  /** What NativeUnpacker calls. */
  public static String load(Class<?> wanted) throws IOException, InterruptedException {
    if (wanted.getSimpleName().equals("Broken")) {
      throw new IOException("no space left on device");
    }
    Path jar = Path.of(System.getProperty("org.bytedeco.javacpp.cachedir"), "fake.jar", "os");
    Files.createDirectories(jar);
    Files.writeString(jar.resolve("lib.so"), "half");
    Thread.sleep(100);
    Files.writeString(jar.resolve("lib.so"), "half and half");
    Files.createSymbolicLink(jar.resolve("absolute.so"), jar.resolve("lib.so"));
    Files.createSymbolicLink(jar.resolve("relative.so"), Path.of("lib.so"));
    Files.writeString(jar.resolve("run-" + ProcessHandle.current().pid()), "");
    Files.writeString(jar.resolve(".lock"), "");
    return "";
  }
}
