/** Compares the public types of the published modules with the reports in {@code api.txt}. */
@NullMarked
package io.eventsource.api;

import org.jspecify.annotations.NullMarked;
