/** The search server: REST over an index, and the page. */
@NullMarked
package dev.filip.http;

import org.jspecify.annotations.NullMarked;
