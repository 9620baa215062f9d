package io.eventsource.autoconfigure.scanned.config;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** As {@code @SpringBootApplication(scanBasePackages = "…")} does it. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
@ComponentScan("${domain.package:io.eventsource.autoconfigure.scanned.domain}")
public class ScanningApplication {}
