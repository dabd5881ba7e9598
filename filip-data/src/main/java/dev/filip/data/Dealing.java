package dev.filip.data;

/**
 * How the shards of a source, shuffled anew in each of its epochs, are dealt to lanes, and cut into
 * windows there. Thread-safe.
 *
 * <p>Every lane has its own endless course through the source. Whatever the lanes do, a lane's
 * course is the same; put together, the courses hold every unit once an epoch.
 */
interface Dealing {
  /** The window that begins at {@code at} of a lane's course; 0 is the first. */
  Window window(int lane, long at);

  /** Units of an epoch, or -1 where nobody has counted them. */
  long units();
}
