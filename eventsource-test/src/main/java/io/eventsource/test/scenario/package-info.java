/** Scenarios over a running application: a stimulus, and what is awaited of it. */
@NullMarked
package io.eventsource.test.scenario;

import org.jspecify.annotations.NullMarked;
