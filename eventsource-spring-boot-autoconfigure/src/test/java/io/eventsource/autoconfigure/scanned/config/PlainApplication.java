package io.eventsource.autoconfigure.scanned.config;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.Configuration;

/** Scans nothing. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
public class PlainApplication {}
