/** Run configs as records that cannot hold a bad state, and the strict reader of their YAML. */
@NullMarked
package dev.filip.config;

import org.jspecify.annotations.NullMarked;
