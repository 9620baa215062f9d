/** Failures as RFC 9457 problem details. */
@NullMarked
package io.eventsource.sample.problem;

import org.jspecify.annotations.NullMarked;
