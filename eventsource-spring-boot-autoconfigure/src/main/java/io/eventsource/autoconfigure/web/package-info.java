/** How the metadata of HTTP requests reaches events. */
@NullMarked
package io.eventsource.autoconfigure.web;

import org.jspecify.annotations.NullMarked;
