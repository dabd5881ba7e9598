/** JSON, atomic outputs and progress lines shared by every command. */
@NullMarked
package dev.filip.io;

import org.jspecify.annotations.NullMarked;
