package dev.filip.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/**
 * The C library's environment, which native libraries read when they start and Java cannot change.
 * Where there is no {@code setenv} (Windows) nothing happens: OpenMP there does not spin so.
 */
@SuppressWarnings("restricted")
final class NativeEnvironment {
  private NativeEnvironment() {}

  /** Whether there is a {@code setenv} here. */
  static boolean canSet() {
    return Linker.nativeLinker().defaultLookup().find("setenv").isPresent();
  }

  /** Sets a variable unless it is set already. */
  static void setDefault(String name, String value) {
    set(name, value, false);
  }

  /** Sets a variable, whatever it is. */
  static void set(String name, String value) {
    set(name, value, true);
  }

  private static void set(String name, String value, boolean anyway) {
    FunctionDescriptor type =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.JAVA_INT);
    Optional<MethodHandle> setenv = find("setenv", type);
    if (setenv.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment key = arena.allocateFrom(name);
      check(
          "setenv", (int) setenv.get().invokeExact(key, arena.allocateFrom(value), anyway ? 1 : 0));
    } catch (Throwable e) {
      throw failed("setenv " + name, e);
    }
  }

  /** Removes a variable. */
  static void unset(String name) {
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS);
    Optional<MethodHandle> unsetenv = find("unsetenv", type);
    if (unsetenv.isEmpty()) {
      return;
    }
    try (Arena arena = Arena.ofConfined()) {
      check("unsetenv", (int) unsetenv.get().invokeExact(arena.allocateFrom(name)));
    } catch (Throwable e) {
      throw failed("unsetenv " + name, e);
    }
  }

  /** The C library's value of a variable. */
  static Optional<String> get(String name) {
    FunctionDescriptor type = FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS);
    Optional<MethodHandle> getenv = find("getenv", type);
    if (getenv.isEmpty()) {
      return Optional.empty();
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment found = (MemorySegment) getenv.get().invokeExact(arena.allocateFrom(name));
      return found.address() == 0
          ? Optional.empty()
          : Optional.of(found.reinterpret(Long.MAX_VALUE).getString(0));
    } catch (Throwable e) {
      throw failed("getenv " + name, e);
    }
  }

  /** A function of the C library, where it has it; {@code type} must be the function's. */
  static Optional<MethodHandle> find(String name, FunctionDescriptor type) {
    Linker linker = Linker.nativeLinker();
    return linker.defaultLookup().find(name).map(symbol -> linker.downcallHandle(symbol, type));
  }

  private static void check(String call, int code) {
    if (code != 0) {
      throw new IllegalStateException(call + " gave " + code);
    }
  }

  private static IllegalStateException failed(String what, Throwable cause) {
    return new IllegalStateException(what + " failed: " + cause.getMessage(), cause);
  }
}
