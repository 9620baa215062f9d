package io.eventsource.benchmarks.empty;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;

/** What a starter configures is all that it has. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
final class EmptyApplication {}
