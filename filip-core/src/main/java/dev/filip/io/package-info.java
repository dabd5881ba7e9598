/** JSON, atomic outputs, progress lines and waiting for tasks, shared by every command. */
@NullMarked
package dev.filip.io;

import org.jspecify.annotations.NullMarked;
