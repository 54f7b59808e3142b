<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" xmlns:xlink="http://www.w3.org/1999/xlink">
 <NamedLayer>
  <Name>score</Name>
  <UserStyle>
   <Name>score</Name>
   <FeatureTypeStyle>
    <Rule>
     <RasterSymbolizer>
      <ChannelSelection>
       <GrayChannel>
        <SourceChannelName>1</SourceChannelName>
       </GrayChannel>
      </ChannelSelection>
      <ColorMap type="ramp">
       <ColorMapEntry color="#440154" quantity="0" label="0 %" opacity="1" />
       <ColorMapEntry color="#3b528b" quantity="25" label="25 %" opacity="1" />
       <ColorMapEntry color="#21918c" quantity="50" label="50 %" opacity="1" />
       <ColorMapEntry color="#5ec962" quantity="75" label="75 %" opacity="1" />
       <ColorMapEntry color="#fde725" quantity="100" label="100 %" opacity="1" />
      </ColorMap>
     </RasterSymbolizer>
    </Rule>
   </FeatureTypeStyle>
  </UserStyle>
 </NamedLayer>
</StyledLayerDescriptor>
