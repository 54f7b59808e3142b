<?xml version="1.0" encoding="UTF-8"?>
<StyledLayerDescriptor version="1.0.0" xmlns="http://www.opengis.net/sld" xmlns:ogc="http://www.opengis.net/ogc" xmlns:xlink="http://www.w3.org/1999/xlink">
 <NamedLayer>
  <Name>labels</Name>
  <UserStyle>
   <Name>labels</Name>
   <FeatureTypeStyle>
    <Rule>
     <RasterSymbolizer>
      <ChannelSelection>
       <GrayChannel>
        <SourceChannelName>1</SourceChannelName>
       </GrayChannel>
      </ChannelSelection>
      <ColorMap type="values">
       <ColorMapEntry color="#bebebe" quantity="0" label="unclassified" opacity="1" />
       <ColorMapEntry color="#3b7dd8" quantity="1" label="water" opacity="1" />
       <ColorMapEntry color="#1b6b2f" quantity="2" label="forest" opacity="1" />
      </ColorMap>
     </RasterSymbolizer>
    </Rule>
   </FeatureTypeStyle>
  </UserStyle>
 </NamedLayer>
</StyledLayerDescriptor>
