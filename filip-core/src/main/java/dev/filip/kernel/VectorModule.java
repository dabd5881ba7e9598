package dev.filip.kernel;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/**
 * The Vector API's module. It is there in a JVM started with {@code --add-modules
 * jdk.incubator.vector}, which then prints a warning before anything else. The {@code filip}
 * command starts with {@code --add-exports java.base/jdk.internal.module=ALL-UNNAMED} instead: the
 * module is then loaded when the first kernel wants it, by the call with which the JVM itself loads
 * a module late, {@code jdk.internal.module.Modules.loadModule}, and nothing is printed. Compiled
 * code is the same either way (the JVM turns its vector intrinsics on when the module is defined);
 * that call is internal to the JDK, so where it fails the plain loops run and one line says so.
 */
final class VectorModule {
  private static final String NAME = "jdk.incubator.vector";
  private static final String LOADER = "jdk.internal.module";

  private VectorModule() {}

  /** Thread-safe; the first call loads the module where the JVM was started for it. */
  static boolean isThere() {
    return Once.MISSING == null;
  }

  /** Why it is not there. */
  static String missing() {
    return String.valueOf(Once.MISSING);
  }

  /** The holder idiom: filled by the first question. */
  private static final class Once {
    static final @Nullable String MISSING = find();

    private static @Nullable String find() {
      if (ModuleLayer.boot().findModule(NAME).isPresent()) {
        return null;
      }
      Module base = Object.class.getModule();
      if (!base.isExported(LOADER, VectorModule.class.getModule())) {
        return "started without --add-modules " + NAME;
      }
      String failure = load();
      if (failure != null) {
        System.err.println(
            "filip: this JVM did not load the Vector API late ("
                + failure
                + "): late interaction runs many times slower;"
                + " FILIP_JAVA_OPTS=--add-modules="
                + NAME
                + " brings it back");
      }
      return failure;
    }

    private static @Nullable String load() {
      try {
        Class.forName(LOADER + ".Modules").getMethod("loadModule", String.class).invoke(null, NAME);
        Class.forName(NAME + ".FloatVector");
        return null;
      } catch (InvocationTargetException e) {
        return String.valueOf(e.getCause());
      } catch (ReflectiveOperationException | LinkageError e) {
        return e.toString();
      }
    }
  }
}
