/** The deployment's environment variables, translated to Spring's properties. */
@NullMarked
package io.eventsource.sample.environment;

import org.jspecify.annotations.NullMarked;
