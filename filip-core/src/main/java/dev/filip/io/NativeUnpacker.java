package dev.filip.io;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;

/**
 * The child process of {@link NativeCache}: loads the named classes through JavaCPP, which unpacks
 * their natives into this process's own cache folder. Ends when its parent does.
 */
final class NativeUnpacker {
  private NativeUnpacker() {}

  /**
   * @param classes classes whose natives are wanted
   */
  public static void main(String[] classes) {
    Thread.ofPlatform().daemon().name("parent-watch").start(NativeUnpacker::endWithParent);
    try {
      for (String name : classes) {
        load(name);
      }
    } catch (InvocationTargetException e) {
      fail(e.getCause() == null ? e : e.getCause());
    } catch (ReflectiveOperationException | RuntimeException e) {
      fail(e);
    }
  }

  private static void load(String name) throws ReflectiveOperationException {
    Class<?> wanted = Class.forName(name, false, NativeUnpacker.class.getClassLoader());
    Class.forName("org.bytedeco.javacpp.Loader")
        .getMethod("load", Class.class)
        .invoke(null, wanted);
  }

  /** The parent shows the last line. */
  private static void fail(Throwable cause) {
    System.err.println(cause);
    Runtime.getRuntime().halt(1);
  }

  /** Standard input is the parent's pipe: its end is the parent's end. */
  private static void endWithParent() {
    try {
      while (System.in.read() >= 0) {
        // the parent never writes
      }
    } catch (IOException e) {
      // a broken pipe is an end, too
    }
    Runtime.getRuntime().halt(1);
  }
}
