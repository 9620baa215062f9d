package io.eventsource.autoconfigure.firststeps;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.context.annotation.ComponentScan;
import org.springframework.context.annotation.Configuration;

/** Scans this package, as the main class of an application does. */
@Configuration(proxyBeanMethods = false)
@AutoConfigurationPackage
@ComponentScan
public class FirstStepsApplication {}
