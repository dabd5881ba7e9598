/**
 * What is published: its layout, the rules of Maven Central, and a project that takes it as a user
 * would.
 */
@NullMarked
package dev.filip.release;

import org.jspecify.annotations.NullMarked;
